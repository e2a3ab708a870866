#include "tools/compare/plan_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "bench/model/random.h"
#include "bench/model/result_file_schema.h"

namespace tare {
namespace {

using nlohmann::json;

constexpr int kDeepestPlan = 500;
constexpr size_t kMostNodes = 100'000;

// What makes two plans different. Costs, counts, times, literals, aliases and workers do not.
constexpr const char* kStructuralFields[] = {
    "Node Type", "Join Type",     "Strategy",     "Partial Mode",   "Parallel Aware",
    "Operation", "Command",       "Subplan Name", "Scan Direction", "Parent Relationship",
    "CTE Name",  "Relation Name", "Schema",       "Index Name",     "Function Name"};

[[noreturn]] void not_a_plan(const std::string& why) {
  throw std::runtime_error("not a plan in PostgreSQL's JSON: " + why);
}

// The text of a field; empty when it is missing or something else.
std::string text_of(const json& node, const char* field) {
  const auto found = node.find(field);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_true(const json& node, const char* field) {
  const auto found = node.find(field);
  return found != node.end() && found->is_boolean() && found->get<bool>();
}

// A count; 0 when it is missing or no sensible number.
int64_t count_of(const json& node, const char* field) {
  const auto found = node.find(field);
  if (found == node.end() || !found->is_number()) return 0;
  const double value = found->get<double>();
  return value > 0 && value < 9e15 ? std::llround(value) : 0;
}

// Without a condition on the index: in its order, perhaps to its end.
bool reads_whole_index(const json& node) {
  const std::string type = text_of(node, "Node Type");
  return (type == "Index Scan" || type == "Index Only Scan") && !node.contains("Index Cond");
}

// "Parallel Index Only Scan Backward using a_key on a", "Hash Left Join", "Sort".
std::string name_of(const json& node) {
  const std::string type = text_of(node, "Node Type");
  std::string name = type;
  const std::string strategy = text_of(node, "Strategy");
  if (type == "ModifyTable" && !text_of(node, "Operation").empty()) {
    name = text_of(node, "Operation");
  } else if (type == "Aggregate" && strategy == "Hashed") {
    name = "HashAggregate";
  } else if (type == "Aggregate" && strategy == "Sorted") {
    name = "GroupAggregate";
  } else if (type == "Aggregate" && strategy == "Mixed") {
    name = "MixedAggregate";
  } else if (type == "SetOp" && strategy == "Hashed") {
    name = "HashSetOp";
  }
  const std::string join = text_of(node, "Join Type");
  if (!join.empty() && join != "Inner") {
    if (name.ends_with(" Join")) name.resize(name.size() - 5);
    name += fmt::format(" {} Join", join);
  }
  if (is_true(node, "Parallel Aware")) name = "Parallel " + name;
  if (text_of(node, "Scan Direction") == "Backward") name += " Backward";
  if (reads_whole_index(node)) name = "Full " + name;
  if (const std::string index = text_of(node, "Index Name"); !index.empty()) {
    name += (type == "Bitmap Index Scan" ? " on " : " using ") + index;
  }
  for (const char* field : {"Relation Name", "Function Name", "CTE Name"}) {
    if (const std::string on = text_of(node, field); !on.empty()) return name + " on " + on;
  }
  return name;
}

bool is_scan(const json& node) {
  const std::string type = text_of(node, "Node Type");
  return type.ends_with("Scan") && type != "Subquery Scan";
}

// One node's part of the fingerprint: its structural fields and how deep it lies. Depth in
// plan order tells every tree from every other.
uint64_t hashed(uint64_t hash, const json& node, int depth) {
  std::string text = std::to_string(depth);
  for (const char* field : kStructuralFields) {
    const auto found = node.find(field);
    if (found == node.end()) continue;
    text += fmt::format("\x1f{}\x1e{}", field,
                        found->is_string() ? found->get<std::string>() : found->dump());
  }
  if (reads_whole_index(node)) text += "\x1fwhole index";
  text += '\x1d';
  return hash_bytes(text.data(), text.size(), hash);
}

struct Place {
  const json* node;
  int depth;
};

PlanShape shape_of(const json& top) {
  PlanShape shape;
  uint64_t hash = hash_bytes("", 0);
  size_t nodes = 0;
  std::vector<Place> waiting{{&top, 1}};
  while (!waiting.empty()) {
    const auto [node, depth] = waiting.back();
    waiting.pop_back();
    if (!node->is_object()) not_a_plan("a node is not an object");
    if (text_of(*node, "Node Type").empty()) not_a_plan("a node has no \"Node Type\"");
    if (depth > kDeepestPlan) not_a_plan(fmt::format("more than {} levels", kDeepestPlan));
    if (++nodes > kMostNodes) not_a_plan(fmt::format("more than {} nodes", kMostNodes));
    hash = hashed(hash, *node, depth);
    (is_scan(*node) ? shape.scans : shape.others).push_back(name_of(*node));
    const auto children = node->find("Plans");
    if (children == node->end()) continue;
    if (!children->is_array()) not_a_plan("\"Plans\" is not an array");
    for (auto child = children->rbegin(); child != children->rend(); ++child) {
      waiting.push_back({&*child, depth + 1});
    }
  }
  shape.fingerprint = fmt::format("{:016x}", mix_bits(hash));
  for (const char* field :
       {"Shared Hit Blocks", "Shared Read Blocks", "Local Hit Blocks", "Local Read Blocks"}) {
    shape.blocks += count_of(top, field);
  }
  shape.rows = count_of(top, "Actual Rows");
  return shape;
}

// Each name once, with how often it stands there.
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMostNames = 8;
  std::vector<std::string> distinct;
  std::map<std::string, int> times;
  for (const std::string& name : names) {
    if (++times[name] == 1) distinct.push_back(name);
  }
  const size_t more = distinct.size() > kMostNames ? distinct.size() - kMostNames : 0;
  distinct.resize(distinct.size() - more);
  for (std::string& name : distinct) {
    if (times[name] > 1) name += fmt::format(" (x{})", times[name]);
  }
  if (more > 0) distinct.push_back(fmt::format("{} more", more));
  return fmt::format("{}", fmt::join(distinct, ", "));
}

std::string summary_of(const PlanShape& shape) {
  if (shape.scans.empty()) return listed(shape.others);
  if (shape.others.empty()) return listed(shape.scans);
  return listed(shape.scans) + "; " + listed(shape.others);
}

// What of `names` is not in `others`, counted: {A, A} without {A} is {A}.
std::vector<std::string> without(const std::vector<std::string>& names,
                                 const std::vector<std::string>& others) {
  std::multiset<std::string> rest(others.begin(), others.end());
  std::vector<std::string> out;
  for (const std::string& name : names) {
    const auto found = rest.find(name);
    if (found == rest.end()) {
      out.push_back(name);
    } else {
      rest.erase(found);
    }
  }
  return out;
}

std::string relation_of(const std::string& scan) {
  const size_t at = scan.rfind(" on ");
  return at == std::string::npos ? std::string() : scan.substr(at + 4);
}

// "Index Scan using key on relation" needs no relation when the other side has just named it.
void drop_known_relations(std::vector<std::string>& after, const std::vector<std::string>& before) {
  std::set<std::string> known;
  for (const std::string& scan : before) known.insert(relation_of(scan));
  for (std::string& scan : after) {
    const std::string relation = relation_of(scan);
    if (known.contains(relation) && scan.find(" using ") != std::string::npos) {
      scan.resize(scan.size() - relation.size() - 4);
    }
  }
}

}  // namespace

PlanShape plan_shape(std::string_view explain_json) {
  if (nested_too_deep(explain_json)) not_a_plan("nested too deep");
  const json document = json::parse(explain_json, nullptr, false);
  if (document.is_discarded()) not_a_plan("not JSON, perhaps cut short");
  const json* statement = &document;
  if (document.is_array()) {
    if (document.size() != 1) not_a_plan(fmt::format("{} plans, not one", document.size()));
    statement = &document.front();
  }
  if (!statement->is_object()) not_a_plan("neither an array nor an object");
  const auto top = statement->find("Plan");
  if (top == statement->end()) not_a_plan("no field \"Plan\"");
  PlanShape shape = shape_of(*top);
  const auto triggers = statement->find("Triggers");
  shape.triggers = triggers != statement->end() && !triggers->empty();
  shape.summary = summary_of(shape);
  return shape;
}

void describe_plan(Plan& plan) {
  if (!plan.error.empty()) return;
  try {
    const PlanShape shape = plan_shape(plan.explain_json);
    plan.shape = shape.fingerprint;
    plan.summary = shape.summary;
    plan.blocks = shape.blocks;
    plan.rows = shape.rows;
  } catch (const std::runtime_error& error) {
    plan.error = error.what();
    plan.explain_json.clear();
  }
}

std::string describe_plan_change(const PlanShape& before, const PlanShape& after) {
  if (before.fingerprint == after.fingerprint) return "";
  std::vector<std::string> gone = without(before.scans, after.scans);
  std::vector<std::string> come = without(after.scans, before.scans);
  if (gone.empty() && come.empty()) {
    gone = without(before.others, after.others);
    come = without(after.others, before.others);
  }
  if (gone.empty() && come.empty()) {
    return fmt::format("the same steps in another order: {} -> {}", before.fingerprint,
                       after.fingerprint);
  }
  drop_known_relations(come, gone);
  return fmt::format("{} -> {}", gone.empty() ? "(nothing)" : listed(gone),
                     come.empty() ? "(nothing)" : listed(come));
}

}  // namespace tare
