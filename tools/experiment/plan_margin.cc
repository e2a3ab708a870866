#include "tools/experiment/plan_margin.h"

#include <algorithm>
#include <set>

#include "tools/plans/plan_shape.h"

namespace tare {
namespace {

// What PostgreSQL before 18 adds for a method that is forbidden and without alternative.
constexpr double kDisabledCost = 1e9;

// The settings that forbid the node's method; empty: it cannot be forbidden.
PlannerSettings forbidding(const PlanNode& node) {
  const auto off = [](const char* name) { return PlannerSettings{{name, "off"}}; };
  if (node.type == "Seq Scan") return off("enable_seqscan");
  if (node.type == "Index Scan") return off("enable_indexscan");
  if (node.type == "Index Only Scan") return off("enable_indexonlyscan");
  if (node.type == "Bitmap Heap Scan") return off("enable_bitmapscan");
  if (node.type == "Nested Loop") return off("enable_nestloop");
  if (node.type == "Hash Join") return off("enable_hashjoin");
  if (node.type == "Merge Join") return off("enable_mergejoin");
  if (node.type == "Sort") return off("enable_sort");
  if (node.type == "Incremental Sort") return off("enable_incremental_sort");
  if (node.type == "Memoize") return off("enable_memoize");
  if (node.type == "Aggregate" && node.strategy == "Hashed") return off("enable_hashagg");
  if (node.type.starts_with("Gather")) return {{"max_parallel_workers_per_gather", "0"}};
  return {};
}

// The indexes it uses, and the relations that it reads without one: an index scan and a bitmap of
// the same index are no choice that anyone cares about.
std::set<std::string> sources_of(const PlanTree& tree) {
  std::set<std::string> sources;
  for (const PlanNode& node : tree.nodes) {
    if (!node.index.empty()) {
      sources.insert("index " + node.index);
    } else if (!node.relation.empty() && node.type != "Bitmap Heap Scan") {
      sources.insert("relation " + node.relation);
    }
  }
  return sources;
}

// Methods apart from scans: joins, aggregates, sorts.
std::multiset<std::string> methods_of(const PlanTree& tree) {
  std::multiset<std::string> methods;
  for (const PlanNode& node : tree.nodes) {
    const bool scan = node.type.ends_with("Scan") || node.type.starts_with("Bitmap");
    if (!scan) methods.insert(node.type + " " + node.strategy);
  }
  return methods;
}

bool uses_what_is_forbidden(const PlanTree& tree) {
  return tree.nodes.front().total_cost.value_or(0) >= kDisabledCost ||
         std::any_of(tree.nodes.begin(), tree.nodes.end(),
                     [](const PlanNode& node) { return node.disabled; });
}

}  // namespace

std::optional<NextBest> next_best_plan(Planner& planner, const Parameters& parameters,
                                       const PlanTree& chosen, const PartitionRoots& roots) {
  const double cost = chosen.nodes.front().total_cost.value_or(0);
  if (cost <= 0) return std::nullopt;
  const std::string plan = fingerprints(chosen, roots).plan;
  std::set<PlannerSettings> methods;
  for (const PlanNode& node : chosen.nodes) {
    if (PlannerSettings settings = forbidding(node); !settings.empty()) methods.insert(settings);
  }
  std::optional<NextBest> best;
  for (const PlannerSettings& settings : methods) {
    const PlanTree other = read_plan_tree(planner.plan(parameters, settings));
    const std::string found = fingerprints(other, roots).plan;
    if (uses_what_is_forbidden(other) || found == plan) continue;
    if (sources_of(other) == sources_of(chosen) && methods_of(other) == methods_of(chosen))
      continue;
    const double margin = other.nodes.front().total_cost.value_or(0) / cost - 1;
    if (!best || margin < best->margin) best = {margin, plan_shape(other, roots).summary, found};
  }
  return best;
}

}  // namespace tare
