// The plan map of one query.
// Level: experiment. Blocks; leaves the session as it was.
#pragma once

#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/plan_map.h"
#include "tools/experiment/drawn_parameters.h"
#include "tools/plans/fingerprint.h"

namespace tare {

// Fills `query`, whose operation, step, sql and share are set. `drawn`: the parameters that its
// first requests ask with. `like`: the same query in a map whose parameters are asked again; null:
// none. Throws ServerError, Interrupted; what PostgreSQL refuses is noted.
void map_query(PostgresControl& postgres, const PartitionRoots& roots,
               const std::vector<DrawnParameters>& drawn, const QueryMap* like, QueryMap& query);

}  // namespace tare
