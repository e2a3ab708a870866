#include "tools/plans/node_words.h"

#include <algorithm>

namespace tare {
namespace {

std::string method_of(const PlanNode& node) {
  if (node.type == "ModifyTable" && !node.operation.empty()) return node.operation;
  if (node.type == "SetOp" && node.strategy == "Hashed") return "HashSetOp";
  if (node.type != "Aggregate") return node.type;
  if (node.strategy == "Hashed") return "HashAggregate";
  if (node.strategy == "Sorted") return "GroupAggregate";
  if (node.strategy == "Mixed") return "MixedAggregate";
  return node.type;
}

}  // namespace

bool is_scan(const PlanNode& node) {
  return node.type.ends_with("Scan") && node.type != "Subquery Scan";
}

bool reads_whole_index(const PlanNode& node) {
  if (node.type != "Index Scan" && node.type != "Index Only Scan") return false;
  return std::none_of(node.conditions.begin(), node.conditions.end(),
                      [](const auto& condition) { return condition.first == "Index Cond"; });
}

std::string node_words(const PlanNode& node) {
  std::string name = method_of(node);
  if (!node.join_type.empty() && node.join_type != "Inner") {
    if (name.ends_with(" Join")) name.resize(name.size() - 5);
    name += " " + node.join_type + " Join";
  }
  if (node.parallel_aware) name = "Parallel " + name;
  if (node.scan_direction == "Backward") name += " Backward";
  if (reads_whole_index(node)) name = "Full " + name;
  if (!node.index.empty()) {
    name += (node.type == "Bitmap Index Scan" ? " on " : " using ") + node.index;
  }
  for (const std::string& on : {node.relation, node.function, node.cte}) {
    if (!on.empty()) return name + " on " + on;
  }
  return name;
}

}  // namespace tare
