// The values a request draws from: those of a column, as they really are in the loaded database.
// Level: loaders. Values; reading blocks.
#pragma once

#include "bench/drivers/postgres_control.h"
#include "bench/engine/traffic.h"
#include "bench/model/scenario.h"

namespace tare {

// The distinct values of the draw's column that are not NULL, as text, in ascending order: text by
// its bytes (COLLATE "C"), everything else as PostgreSQL orders the type. Weights by the skew:
// frequency is the number of rows; weight is the sum of the weight column, at least 0; uniform and
// Zipf have none. Throws UsageError naming table and column when one is missing or cannot be
// ordered or summed, when there is no value (or no positive weight), or when there are over 20
// million.
ValueSet read_values(PostgresControl& database, const ColumnDraw& draw);

}  // namespace tare
