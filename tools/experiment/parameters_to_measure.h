// Which of a query's parameters are worth executing.
// Level: experiment. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "bench/model/plan_map.h"

namespace tare {

// At most twelve sets: the three that most calls ask with, of each plan the example, or, where
// `like` (null: no such map) tells of another state, of each plan there with each plan here the
// most called; then what `like` has executed.
std::vector<Parameters> parameters_to_measure(const QueryMap& query, const QueryMap* like);

}  // namespace tare
