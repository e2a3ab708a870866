// What executing a plan took, and where PostgreSQL's idea of it was wrong.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/plan_map.h"
#include "tools/plans/plan_tree.h"

namespace tare {

// Of a plan that was executed (ANALYZE, BUFFERS). Rows are those that each node handed up and those
// that filters threw away, over all loops; before PostgreSQL 18 they are rounded per loop.
WorkVector work_of(const PlanTree& plan);

// Blocks that a node read itself, without those of the nodes below it.
int64_t own_blocks(const PlanTree& plan, size_t node);

// The nodes whose rows PostgreSQL misjudged by `least` times or more, the worst first. A node that
// was never run is none, nor one that was not read to its end: below a LIMIT, or the inner side of
// a join that needs one match only. Where loops are rounded to whole rows (before 18), the rows of
// a nested loop's inner side are told by what the join gave.
std::vector<RowEstimate> row_estimates(const PlanTree& plan, double least);

// When more work is a regression.
struct WorkLimit {
  double share = 0.2;  // of what it was ...
  double blocks = 50;  // ... and at least so many blocks; as many rows, and 16 kB of WAL

  friend bool operator==(const WorkLimit&, const WorkLimit&) = default;
};

enum class WorkVerdict { regressed, improved, same };
std::string to_text(WorkVerdict verdict);

// Regressed if logical reads, temporary blocks or WAL grew past the limit (of WAL 16 kB at least),
// or if as many blocks took ten times the rows (through how many nodes a row goes is a matter of
// the plan, so that less tells nothing); improved if any fell by as much and none grew. A hundred
// rows are as much as a block: PostgreSQL's cpu_tuple_cost and seq_page_cost.
WorkVerdict judge_work(const WorkVector& before, const WorkVector& after, const WorkLimit& limit);

// "28 -> 1,361 blocks, 12 -> 40,960 rows": what of it matters.
std::string work_words(const WorkVector& before, const WorkVector& after, const WorkLimit& limit);

}  // namespace tare
