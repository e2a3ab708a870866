// What each index costs the statements of the load that write: measured, by running them with the
// index and without it.
// Level: experiment. One connection; no state.
#pragma once

#include <chrono>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/index_review.h"
#include "bench/model/plan.h"

namespace tare {

// Measuring drops indexes, each in a transaction that is rolled back, and leaves dead rows and used
// sequence values behind: only for data that the next trial restores.
enum class IndexCosts { measured, left_out };

struct IndexCostBounds {
  size_t indexes = 20;
  size_t statements = 3;                      // for each index
  std::chrono::milliseconds in_all{10'000};   // what is under way then is cut off
  std::chrono::milliseconds statement{2000};  // the server's limit, and that of waiting for a lock
};

// Fills in `costs` or `not_measured` of every index of `review`, and notes what the bounds left
// out. The statements and their parameters are those of `plans`, at most five sets each. Once for
// every set: in a transaction that is rolled back, the index dropped or not, another set to warm
// up, then this one by EXPLAIN (ANALYZE, WAL). A pair counts when both wrote rows and neither wrote
// full-page images to the WAL. Indexes that were scanned least come first. Errors of statements are
// noted; throws ServerError and Interrupted.
void measure_index_costs(PostgresControl& postgres, const std::vector<Plan>& plans,
                         IndexCosts wanted, IndexReview& review,
                         const IndexCostBounds& bounds = {});

}  // namespace tare
