// Where one plan gives way to another as a parameter asks for more of the table.
// Level: experiment. Asks the planner; nothing is executed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/model/plan_map.h"
#include "tools/experiment/column_samples.h"

namespace tare {

// F1 of the plan when the parameter has this value and the others stay; empty: refused.
using PlanFor = std::function<std::string(const std::string& value)>;

// By bisection: for "=" over the column's most common values (whose shares are known), for "<" and
// the like over its histogram. At most four; the smallest selectivity first.
std::vector<PlanBoundary> find_boundaries(PostgresControl& postgres,
                                          const ColumnStatistics& statistics,
                                          const ParameterColumn& column, const PlanFor& plan_for);

}  // namespace tare
