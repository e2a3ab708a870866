// What became of a plan, node by node, in words.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/plans/plan_tree.h"

namespace tare {

// A node of one plan and what stands in its place in the other: for a scan the scan of the same
// relation, for a join that of the same relations, for the rest what does the same there.
struct NodeChange {
  std::string before, after;                           // in words; empty: there is none
  std::optional<int64_t> blocks_before, blocks_after;  // that it read itself; none: not executed
  std::optional<double> rows_estimated, rows_found;    // of the later one, over all loops
  std::string detail;                                  // what else differs: a condition, a side

  friend bool operator==(const NodeChange&, const NodeChange&) = default;
};

// Only what differs: other methods, indexes, conditions, keys or sides; not costs, literals, counts
// or aliases. The most blocks first. Empty for equal plans.
std::vector<NodeChange> plan_difference(const PlanTree& before, const PlanTree& after);

// "Seq Scan on relation (3,411 blocks) became Index Scan using relation_target (5 blocks); rows
// estimated 4,120, found 4".
std::string to_words(const NodeChange& change);

// The same of whole plans, in one line: at most `most` changes, then how many more there are.
std::string difference_words(const PlanTree& before, const PlanTree& after, size_t most = 4);

}  // namespace tare
