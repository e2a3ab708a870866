// Which columns a statement's parameters are compared with, as PostgreSQL resolved them.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "bench/model/plan_map.h"
#include "tools/plans/plan_tree.h"

namespace tare {

// From a generic plan made with VERBOSE, where $n stands in the conditions and columns are
// qualified by their tables' aliases. By parameter, each use once; comparisons with expressions
// ("lower(name) = $1") are none. A comparison written the other way round is turned: "$1 < id" is
// "id > $1". "id = ANY ($1)" compares by "= ANY".
std::vector<ParameterColumn> parameter_columns(const PlanTree& generic_plan);

}  // namespace tare
