// The plan map of one query.
// Level: experiment. Blocks; leaves the session as it was.
#pragma once

#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/plan_map.h"
#include "tools/experiment/drawn_parameters.h"
#include "tools/plans/fingerprint.h"

namespace tare {

struct MappedQuery {
  const PartitionRoots& roots;
  const std::vector<DrawnParameters>& drawn;  // that its first requests ask with
  const QueryMap* like = nullptr;  // in a map whose parameters are asked again; null: none
  bool prepared = true;            // once a session: it may go over to a generic plan
};

// Fills `query`, whose operation, step, sql and share are set. Throws ServerError, Interrupted;
// what PostgreSQL refuses is noted.
void map_query(PostgresControl& postgres, const MappedQuery& of, QueryMap& query);

}  // namespace tare
