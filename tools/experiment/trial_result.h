// From what the load measured to a result: figures, checked hits, and the warnings that follow.
// Level: experiment. Free functions.
#pragma once

#include <string>
#include <vector>

#include "bench/engine/run_load.h"
#include "bench/model/result.h"
#include "tools/experiment/workbench.h"

namespace tare {

// Of a run of `driven`, the bench's scenario or one that differs in when requests are asked. Holds
// the sampled hits against SQL. What only the trial knows (its arm, its plans, its
// environment) is left open. Throws ServerError, Interrupted.
Result make_result(Workbench& bench, const Scenario& driven, const LoadOutcome& outcome);

// Whether the traffic itself changes rows.
bool writes_sql(const Scenario& scenario);

// The operations whose sampled hits differ from SQL although no operation writes to PostgreSQL:
// the cache holds wrong rows. One line each.
std::vector<std::string> wrong_cache(const Scenario& scenario, const Result& result);

}  // namespace tare
