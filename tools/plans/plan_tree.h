// A query plan as PostgreSQL's EXPLAIN (FORMAT JSON) tells it, of any version from 13 to 18.
// Level: plans. Plain values; read by read_plan_tree(); safe from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tare {

// Logical reads are hit + read: they do not depend on what is cached.
struct BlockCounts {
  int64_t shared_hit = 0, shared_read = 0, local_hit = 0, local_read = 0;
  int64_t temp_read = 0, temp_written = 0;

  int64_t logical() const { return shared_hit + shared_read + local_hit + local_read; }
  int64_t temporary() const { return temp_read + temp_written; }
  friend bool operator==(const BlockCounts&, const BlockCounts&) = default;
};

// One node. Texts that the node does not have are empty, numbers that it does not have are none.
struct PlanNode {
  int parent = -1;   // index in PlanTree::nodes; -1: the top
  int depth = 0;     // of the top: 0
  std::string type;  // "Node Type"
  std::string parent_relationship, subplan_name;
  std::string operation, command, strategy, partial_mode, join_type, scan_direction;
  std::string schema, relation, alias, index, function, cte;
  // "Index Cond", "Filter", "Hash Cond" ... as PostgreSQL prints them, in the plan's order.
  std::vector<std::pair<std::string, std::string>> conditions;
  // "Sort Key", "Group Key", "Grouping Sets" ...: what they list, in the plan's order; nested lists
  // flattened, each begun by "(" and ended by ")".
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
  // Other structural fields: "Cache Mode", "Sampling Method", "Conflict Resolution" ...
  std::vector<std::pair<std::string, std::string>> options;
  bool parallel_aware = false, single_copy = false, disabled = false;

  std::optional<double> startup_cost, total_cost, plan_rows;
  // With ANALYZE. Rows are per loop, and rounded to whole ones by PostgreSQL before 18.
  std::optional<double> actual_rows, actual_loops;
  double rows_removed = 0;  // per loop: by filters, join filters, rechecks and conflicts
  int64_t workers_planned = 0, workers_launched = 0;
  std::string sort_method;
  BlockCounts blocks;  // with BUFFERS: of the node and what is below it
  int64_t wal_bytes = 0, wal_records = 0, wal_full_page_images = 0;

  friend bool operator==(const PlanNode&, const PlanNode&) = default;
};

struct PlanTree {
  std::vector<PlanNode> nodes;  // the top first, each before its children, in the plan's order
  std::optional<BlockCounts> planning_blocks;
  std::optional<double> planning_ms, execution_ms;
  std::map<std::string, std::string> settings;  // those that EXPLAIN (SETTINGS) tells
  std::vector<std::string> triggers;            // that fired
  std::string query;                            // auto_explain's "Query Text"; else empty
  std::string parameters;                       // auto_explain's "Query Parameters" (16 and later)
  bool jit = false;                             // something was compiled
  bool analyzed = false;                        // it was run, not only planned
  bool generic = false;                         // a $n stands in one of its conditions

  friend bool operator==(const PlanTree&, const PlanTree&) = default;
};

inline constexpr int kDeepestPlan = 500;
inline constexpr size_t kMostPlanNodes = 100'000;

// From PostgreSQL's array of one statement, its one object, or auto_explain's object. A plan of
// 10,000 nodes takes well under a second. Throws std::runtime_error that says what is wrong with
// the text.
PlanTree read_plan_tree(std::string_view explain_json);

// The JSON inside what psql, a log or a clipboard made of it: frames of psql in all styles, line
// wraps, "QUERY PLAN" above and "(1 row)" below. Throws std::runtime_error with the reason when
// there is none: EXPLAIN's text, XML or YAML format is refused by name.
std::string explain_json_in(std::string_view text);

}  // namespace tare
