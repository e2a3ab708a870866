// EXPLAIN of every SQL step, with the parameters of the first requests that take it.
// Level: experiment. Runs the statements and rolls them back; no state.
#pragma once

#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/engine/traffic.h"
#include "bench/model/plan.h"

namespace tare {

inline constexpr size_t kPlansPerStep = 5;

// In the order of operations and steps: for each the two sets of parameters that most of the
// operation's first thousand requests ask with, and the first distinct others, weighed by how many
// those are. A statement that EXPLAIN refuses leaves a plan with an error; the rest goes on.
// Planned as the protocol has it: only a prepared statement may have a generic plan, and is told
// with the custom one beside it.
std::vector<Plan> capture_plans(PostgresControl& postgres, const Traffic& traffic,
                                Protocol protocol);

}  // namespace tare
