#include "tools/plans/plan_tree.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "bench/model/result_file_schema.h"
#include "tools/plans/plan_tokens.h"

namespace tare {
namespace {

using nlohmann::json;

// In the order in which PostgreSQL prints them, whatever order a JSON library keeps.
constexpr const char* kConditions[] = {"Index Cond",    "Order By",        "Recheck Cond",
                                       "TID Cond",      "Hash Cond",       "Merge Cond",
                                       "Join Filter",   "One-Time Filter", "Filter",
                                       "Run Condition", "Conflict Filter", "Cache Key"};
constexpr const char* kKeys[] = {
    "Sort Key",      "Presorted Key",      "Group Key",     "Group Keys",
    "Hash Key",      "Hash Keys",          "Grouping Sets", "Conflict Arbiter Indexes",
    "Target Tables", "Sampling Parameters"};
constexpr const char* kOptions[] = {
    "Cache Mode", "Sampling Method",      "Repeatable Seed", "Conflict Resolution",
    "Relations",  "Custom Plan Provider", "Tuplestore Name", "Table Function Name"};
constexpr const char* kRowsRemoved[] = {"Rows Removed by Filter", "Rows Removed by Join Filter",
                                        "Rows Removed by Index Recheck",
                                        "Rows Removed by Conflict Filter"};

[[noreturn]] void not_a_plan(const std::string& why) {
  throw std::runtime_error("not a plan in PostgreSQL's JSON: " + why);
}

const json* field(const json& node, const char* name) {
  const auto found = node.find(name);
  return found == node.end() ? nullptr : &*found;
}

// The text of a field; empty when it is missing or something else.
std::string text_of(const json& node, const char* name) {
  const json* found = field(node, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_true(const json& node, const char* name) {
  const json* found = field(node, name);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

// None when it is missing or no sensible number: everything here counts or measures something.
std::optional<double> number_of(const json& node, const char* name) {
  const json* found = field(node, name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < 0) return std::nullopt;
  return value;
}

// 0 when it is missing or more than any server could count.
int64_t count_of(const json& node, const char* name) {
  const double value = number_of(node, name).value_or(0);
  return value < 9e15 ? std::llround(value) : 0;
}

BlockCounts blocks_of(const json& node) {
  BlockCounts blocks;
  blocks.shared_hit = count_of(node, "Shared Hit Blocks");
  blocks.shared_read = count_of(node, "Shared Read Blocks");
  blocks.local_hit = count_of(node, "Local Hit Blocks");
  blocks.local_read = count_of(node, "Local Read Blocks");
  blocks.temp_read = count_of(node, "Temp Read Blocks");
  blocks.temp_written = count_of(node, "Temp Written Blocks");
  return blocks;
}

// ModifyTable's "Target Tables" are objects, of which only the relation is structural.
std::string target_of(const json& table) {
  const std::string schema = text_of(table, "Schema");
  return (schema.empty() ? "" : schema + ".") + text_of(table, "Relation Name");
}

// Not deep: what nests deeper than any plan is refused before it is parsed.
void flatten(const json& value, std::vector<std::string>& out) {
  if (value.is_string()) {
    out.push_back(value.get<std::string>());
  } else if (value.is_number() || value.is_boolean()) {
    out.push_back(value.dump());
  } else if (value.is_object() && value.contains("Relation Name")) {
    out.push_back(target_of(value));
  } else if (value.is_structured()) {
    out.emplace_back("(");
    for (const auto& [name, inner] : value.items()) {
      if (value.is_object()) out.push_back(name);
      flatten(inner, out);
    }
    out.emplace_back(")");
  }
}

std::vector<std::string> listed(const json& value) {
  std::vector<std::string> out;
  if (!value.is_array()) {
    flatten(value, out);
    return out;
  }
  for (const json& inner : value) flatten(inner, out);
  return out;
}

void read_structure(const json& from, PlanNode& node) {
  node.type = text_of(from, "Node Type");
  node.parent_relationship = text_of(from, "Parent Relationship");
  node.subplan_name = text_of(from, "Subplan Name");
  node.operation = text_of(from, "Operation");
  node.command = text_of(from, "Command");
  node.strategy = text_of(from, "Strategy");
  node.partial_mode = text_of(from, "Partial Mode");
  node.join_type = text_of(from, "Join Type");
  node.scan_direction = text_of(from, "Scan Direction");
  node.schema = text_of(from, "Schema");
  node.relation = text_of(from, "Relation Name");
  node.alias = text_of(from, "Alias");
  node.index = text_of(from, "Index Name");
  node.function = text_of(from, "Function Name");
  node.cte = text_of(from, "CTE Name");
  node.parallel_aware = is_true(from, "Parallel Aware");
  node.single_copy = is_true(from, "Single Copy");
  node.disabled = is_true(from, "Disabled");
  for (const char* name : kConditions) {
    if (const std::string text = text_of(from, name); !text.empty()) {
      node.conditions.emplace_back(name, text);
    }
  }
  for (const char* name : kKeys) {
    if (const json* list = field(from, name)) node.keys.emplace_back(name, listed(*list));
  }
  for (const char* name : kOptions) {
    if (const std::string text = text_of(from, name); !text.empty()) {
      node.options.emplace_back(name, text);
    }
  }
}

void read_numbers(const json& from, PlanNode& node) {
  node.startup_cost = number_of(from, "Startup Cost");
  node.total_cost = number_of(from, "Total Cost");
  node.plan_rows = number_of(from, "Plan Rows");
  node.actual_rows = number_of(from, "Actual Rows");
  node.actual_loops = number_of(from, "Actual Loops");
  for (const char* name : kRowsRemoved) node.rows_removed += number_of(from, name).value_or(0);
  if (!std::isfinite(node.rows_removed)) node.rows_removed = 0;
  node.workers_planned = count_of(from, "Workers Planned");
  node.workers_launched = count_of(from, "Workers Launched");
  node.sort_method = text_of(from, "Sort Method");
  node.blocks = blocks_of(from);
  node.wal_bytes = count_of(from, "WAL Bytes");
  node.wal_records = count_of(from, "WAL Records");
  node.wal_full_page_images = count_of(from, "WAL FPI");
}

struct Waiting {
  const json* from;
  int parent, depth;
};

void read_nodes(const json& top, PlanTree& tree) {
  std::vector<Waiting> waiting{{&top, -1, 0}};
  while (!waiting.empty()) {
    const auto [from, parent, depth] = waiting.back();
    waiting.pop_back();
    if (!from->is_object()) not_a_plan("a node is not an object");
    if (text_of(*from, "Node Type").empty()) not_a_plan("a node has no \"Node Type\"");
    if (depth >= kDeepestPlan) not_a_plan(fmt::format("more than {} levels", kDeepestPlan));
    if (tree.nodes.size() >= kMostPlanNodes) {
      not_a_plan(fmt::format("more than {} nodes", kMostPlanNodes));
    }
    const int index = int(tree.nodes.size());
    PlanNode& node = tree.nodes.emplace_back();
    node.parent = parent;
    node.depth = depth;
    read_structure(*from, node);
    read_numbers(*from, node);
    const json* children = field(*from, "Plans");
    if (children == nullptr) continue;
    if (!children->is_array()) not_a_plan("\"Plans\" is not an array");
    for (auto child = children->rbegin(); child != children->rend(); ++child) {
      waiting.push_back({&*child, index, depth + 1});
    }
  }
}

// Before 17 a $n may also be what an InitPlan or SubPlan of this plan returns.
bool is_generic(const PlanTree& tree) {
  std::set<int> returned{0};
  for (const PlanNode& node : tree.nodes) returned.merge(parameters_in(node.subplan_name));
  const auto has_other = [&returned](const std::string& text) {
    for (const int number : parameters_in(text)) {
      if (!returned.contains(number)) return true;
    }
    return false;
  };
  for (const PlanNode& node : tree.nodes) {
    for (const auto& [name, text] : node.conditions) {
      if (has_other(text)) return true;
    }
    for (const auto& [name, list] : node.keys) {
      for (const std::string& text : list) {
        if (has_other(text)) return true;
      }
    }
  }
  return false;
}

void read_statement(const json& statement, PlanTree& tree) {
  if (const json* planning = field(statement, "Planning"); planning && planning->is_object()) {
    tree.planning_blocks = blocks_of(*planning);
  }
  tree.planning_ms = number_of(statement, "Planning Time");
  tree.execution_ms = number_of(statement, "Execution Time");
  tree.query = text_of(statement, "Query Text");
  tree.parameters = text_of(statement, "Query Parameters");
  if (const json* settings = field(statement, "Settings"); settings && settings->is_object()) {
    for (const auto& [name, value] : settings->items()) {
      if (value.is_string()) tree.settings[name] = value.get<std::string>();
    }
  }
  if (const json* triggers = field(statement, "Triggers"); triggers && triggers->is_array()) {
    for (const json& trigger : *triggers) {
      std::string name = text_of(trigger, "Trigger Name");
      if (name.empty()) name = text_of(trigger, "Constraint Name");
      tree.triggers.push_back(name.empty() ? "(unnamed)" : name);
    }
  }
  if (const json* jit = field(statement, "JIT"); jit && jit->is_object()) {
    tree.jit = count_of(*jit, "Functions") > 0;
  }
}

}  // namespace

PlanTree read_plan_tree(std::string_view explain_json) {
  if (nested_too_deep(explain_json)) not_a_plan("nested too deep");
  const json document = json::parse(explain_json, nullptr, false);
  if (document.is_discarded()) not_a_plan("not JSON, perhaps cut short");
  const json* statement = &document;
  if (document.is_array()) {
    if (document.size() != 1) not_a_plan(fmt::format("{} plans, not one", document.size()));
    statement = &document.front();
  }
  if (statement->is_string()) not_a_plan("the statement is one that is never planned");
  if (!statement->is_object()) not_a_plan("neither an array nor an object");
  const json* top = field(*statement, "Plan");
  if (top == nullptr) not_a_plan("no field \"Plan\"");
  PlanTree tree;
  read_nodes(*top, tree);
  read_statement(*statement, tree);
  tree.analyzed = tree.nodes.front().actual_loops || tree.nodes.front().actual_rows;
  tree.generic = is_generic(tree);
  return tree;
}

}  // namespace tare
