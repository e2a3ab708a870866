// What the plan maps of the arms say, as rows of the comparison.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "tools/compare/comparison.h"
#include "tools/plans/map_difference.h"

namespace tare {

// The limit that work is held against: the margin of blocks_per_query, and 50 blocks.
WorkLimit work_limit(const Criteria& criteria);

// A row for each set of parameters that took more work past the limit. It gates, unless the plans
// are a coin flip, sessions go generic, or hardly a call asks so. Averages over all parameters are
// rows of their own: an average hides what only the most common value meets.
std::vector<Row> plan_rows(const MapDifference& difference, const Criteria& criteria);

}  // namespace tare
