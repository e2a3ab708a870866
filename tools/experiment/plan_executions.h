// Executes queries of a plan map, for the work that their plans take.
// Level: experiment. Blocks; what is executed is rolled back; no state.
#pragma once

#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/plan_map.h"
#include "tools/experiment/planner.h"
#include "tools/plans/fingerprint.h"

namespace tare {

struct Execution {
  MeasuredPoint point;
  std::vector<std::string> triggers;  // that fired: their work is in no figure
};

// With the generic plan, too, where sessions go over to it. Throws SqlError.
Execution execute_query(Planner& planner, const PartitionRoots& roots, const Parameters& parameters,
                        const QueryMap& query);

// What PostgreSQL said of these parameters is put to their point; one that is missing is added.
void set_error(const Parameters& parameters, const SqlError& error, QueryMap& query);

// Whether `other` has executed parameters that `map` knows and has not executed.
bool has_more_executed(const PlanMap& other, const PlanMap& map);

// Executes those for `map`, in half a minute at most; what PostgreSQL refuses becomes the point's
// error. Throws ServerError, Interrupted.
void execute_like(PostgresControl& postgres, const PlanMap& other, PlanMap& map);

}  // namespace tare
