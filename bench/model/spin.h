// A known slowdown: an operation whose statement does extra work in the server, before it answers.
// Level: model. Pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "bench/model/scenario.h"

namespace tare {

// The statement, answering the same rows in the same order, after it has counted to `turns` (at
// least 1): once an execution, on the processor, reading no table. The statement only reads.
std::string with_spin(const std::string& sql, int64_t turns);

// What the loop costs: a statement of the loop alone.
std::string spin_alone(int64_t turns);

// The scenario with such a loop in the first statement of the operation that only reads; that of a
// cached step runs on misses. Throws UsageError, naming what there is: no such operation, or none
// of its statements only reads.
Scenario with_spin(Scenario scenario, const std::string& operation, int64_t turns);

// The same, with a copy of the operation called `probe` beside it: each is asked half as often as
// the operation was, the operation with one turn, the copy with `turns`. Requests of both meet the
// same moments of the same server, so the two tell what the turns do. Throws as with_spin.
Scenario with_probe(const Scenario& scenario, const std::string& operation,
                    const std::string& probe, int64_t turns);

// How OperationResult::steps calls that statement. Throws as with_spin.
std::string spun_step(const Scenario& scenario, const std::string& operation);

}  // namespace tare
