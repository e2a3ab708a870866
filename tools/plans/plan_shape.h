// What kind of plan PostgreSQL chose, apart from costs, row counts, literals and aliases.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model/plan.h"
#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tree.h"

namespace tare {

struct PlanShape {
  std::string fingerprint;              // F1, 16 hex digits; equal for plans of the same structure
  std::string unrooted;                 // F1 without knowing partitions
  std::string summary;                  // one line: the scans, and how they are joined and sorted
  std::vector<std::string> scans;       // "Index Scan using relation_target on relation"
  std::vector<std::string> others;      // joins, sorts, aggregates ...: "Hash Join", "Sort"
  std::vector<std::string> conditions;  // "Filter (a = ?) of Seq Scan on b"; all in plan order
  int64_t blocks = 0;  // logical reads of the execution: shared and local, hit + read
  int64_t rows = 0;    // rows the top node returned
  // The names of those that fired; what they read is not among the blocks.
  std::set<std::string> triggers;

  friend bool operator==(const PlanShape&, const PlanShape&) = default;
};

// Blocks and rows are 0 without ANALYZE, BUFFERS.
PlanShape plan_shape(const PlanTree& plan, const PartitionRoots& roots = {});

// From the text of EXPLAIN (FORMAT JSON). Throws as read_plan_tree() does.
PlanShape plan_shape(std::string_view explain_json);

// The shape of a stored plan. Its fingerprint is the stored one: whoever captured it knew the
// partitions. Throws as read_plan_tree() does.
PlanShape shape_of(const Plan& plan);

// Fills shape, summary, blocks and rows of a plan from its explain_json; puts what is wrong into
// `error` instead, when something is. Leaves a plan with an error as it is.
void describe_plan(Plan& plan, const PartitionRoots& roots = {});

// By their fingerprints; or by what they are without knowing partitions, because a plan that was
// stored by another version of tare may carry a fingerprint of another kind.
bool is_same_plan(const PlanShape& before, const PlanShape& after);

// "Seq Scan on relation -> Index Scan using relation_target": names only what differs, the scans
// before the rest, conditions when nothing else does. Empty when nothing does.
std::string describe_plan_change(const PlanShape& before, const PlanShape& after);

}  // namespace tare
