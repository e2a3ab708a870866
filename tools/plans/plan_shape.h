// What kind of plan PostgreSQL chose, apart from costs, row counts, literals and aliases.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/model/plan.h"

namespace tare {

struct PlanShape {
  std::string fingerprint;          // 16 hex digits; equal for plans of the same structure
  std::string summary;              // one line: the scans, and how they are joined and sorted
  std::vector<std::string> scans;   // "Index Scan using relation_target on relation", in plan order
  std::vector<std::string> others;  // joins, sorts, aggregates ...: "Hash Join", "Sort"
  int64_t blocks = 0;               // logical reads of the execution: shared and local, hit + read
  int64_t rows = 0;                 // rows the top node returned
  bool triggers = false;            // fired; what they read is not among the blocks

  friend bool operator==(const PlanShape&, const PlanShape&) = default;
};

// From the text of EXPLAIN (FORMAT JSON): PostgreSQL's array, or its one object. Blocks and rows
// are 0 without ANALYZE, BUFFERS. Throws std::runtime_error saying what is wrong with the text; at
// most 500 plan levels.
PlanShape plan_shape(std::string_view explain_json);

// Fills shape, summary, blocks and rows of a plan from its explain_json; puts what is wrong into
// `error` instead, when something is. Leaves a plan with an error as it is.
void describe_plan(Plan& plan);

// "Seq Scan on relation -> Index Scan using relation_target": names only what differs, the scans
// before the rest. Empty when nothing does.
std::string describe_plan_change(const PlanShape& before, const PlanShape& after);

}  // namespace tare
