// Which of a query's parameters are worth executing.
// Level: experiment. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "bench/model/plan_map.h"

namespace tare {

// At most ten sets: the three that most calls ask with, what `like` (null: no such map) has
// executed, and of each plan the example.
std::vector<Parameters> parameters_to_measure(const QueryMap& query, const QueryMap* like);

}  // namespace tare
