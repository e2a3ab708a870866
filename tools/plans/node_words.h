// What people call a node of a plan.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "tools/plans/plan_tree.h"

namespace tare {

// "Parallel Index Only Scan Backward using a_key on a", "Hash Left Join", "HashAggregate".
std::string node_words(const PlanNode& node);

// Whether it reads a relation, a function or an index.
bool is_scan(const PlanNode& node);

// An index in its order, perhaps to its end: without a condition on it.
bool reads_whole_index(const PlanNode& node);

}  // namespace tare
