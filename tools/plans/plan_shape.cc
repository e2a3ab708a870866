#include "tools/plans/plan_shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "tools/plans/node_words.h"
#include "tools/plans/plan_names.h"
#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

// Each condition with the node it belongs to, without literals.
void add_conditions(const PlanNode& node, const PlanNames& names, PlanShape& shape) {
  const std::string owner = node_words(node);
  for (const auto& [name, expression] : node.conditions) {
    shape.conditions.push_back(
        fmt::format("{} {} of {}", name, normalized_expression(expression, names.plain), owner));
  }
  for (const auto& [name, list] : node.keys) {
    std::vector<std::string> expressions;
    for (const std::string& each : list) {
      expressions.push_back(normalized_expression(each, names.plain));
    }
    shape.conditions.push_back(
        fmt::format("{} {} of {}", name, fmt::join(expressions, ", "), owner));
  }
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

namespace {

// "RI_ConstraintTrigger_c_16411": the number is another on each server that loads the data itself.
std::string without_oid(const std::string& name) {
  if (!name.starts_with("RI_ConstraintTrigger_")) return name;
  return name.substr(0, name.find_last_not_of("0123456789") + 1);
}

}  // namespace

PlanShape plan_shape(const PlanTree& plan, const PartitionRoots& roots) {
  PlanShape shape;
  const PlanNames names = plan_names(plan, roots);
  for (const PlanNode& node : plan.nodes) {
    (is_scan(node) ? shape.scans : shape.others).push_back(node_words(node));
    add_conditions(node, names, shape);
  }
  shape.fingerprint = fingerprints(plan, roots).plan;
  shape.unrooted = roots == PartitionRoots() ? shape.fingerprint : fingerprints(plan).plan;
  shape.summary = summary_of(shape);
  for (const std::string& name : plan.triggers) shape.triggers.insert(without_oid(name));
  if (plan.nodes.empty()) return shape;
  shape.blocks = plan.nodes.front().blocks.logical();
  const double rows = plan.nodes.front().actual_rows.value_or(0);
  shape.rows = rows < 9e15 ? std::llround(rows) : 0;
  return shape;
}

PlanShape plan_shape(std::string_view explain_json) {
  return plan_shape(read_plan_tree(explain_json));
}

PlanShape shape_of(const Plan& plan) {
  PlanShape shape = plan_shape(plan.explain_json);
  if (!plan.shape.empty()) shape.fingerprint = plan.shape;
  return shape;
}

void describe_plan(Plan& plan, const PartitionRoots& roots) {
  if (!plan.error.empty()) return;
  try {
    const PlanShape shape = plan_shape(read_plan_tree(plan.explain_json), roots);
    plan.shape = shape.fingerprint;
    plan.summary = shape.summary;
    plan.blocks = shape.blocks;
    plan.rows = shape.rows;
  } catch (const std::runtime_error& error) {
    plan.error = error.what();
    plan.explain_json.clear();
  }
}

bool is_same_plan(const PlanShape& before, const PlanShape& after) {
  return before.fingerprint == after.fingerprint ||
         (!before.unrooted.empty() && before.unrooted == after.unrooted);
}

std::string describe_plan_change(const PlanShape& before, const PlanShape& after) {
  if (is_same_plan(before, after)) return "";
  std::vector<std::string> gone, come;
  for (const auto list : {&PlanShape::scans, &PlanShape::others, &PlanShape::conditions}) {
    gone = without(before.*list, after.*list);
    come = without(after.*list, before.*list);
    if (!gone.empty() || !come.empty()) break;
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
