// What the aliases of a plan stand for: names that do not change when a person renames an alias,
// or when other partitions are left.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tree.h"

namespace tare {

struct PlanNames {
  std::vector<std::string> relations;  // of each node: its relation's root; empty: it has none
  std::vector<std::string> indexes;    // of each node: its index's root; empty: it has none
  // What normalized_expression() replaces: alias -> "orders#2", the second orders of the tree.
  // Empty when the plan reads one relation only, because PostgreSQL may then leave it out.
  std::map<std::string, std::string> occurrences;
  std::map<std::string, std::string> plain;  // the same without the number
};

PlanNames plan_names(const PlanTree& plan, const PartitionRoots& roots);

// The children of each node, in the plan's order.
std::vector<std::vector<int>> children_of(const PlanTree& plan);

// Whether the child is one of a set: a partition, or a part of a UNION ALL. What feeds a
// ModifyTable is one as well, as 13 calls it, which has one for each partition.
bool is_member(const PlanNode& parent, const PlanNode& child);

// "InitPlan 1", without what versions before 17 say it returns.
std::string subplan_of(const PlanNode& node);

}  // namespace tare
