// Which partitions belong to which table, and their indexes to which index.
// Level: experiment. Reads the catalogues; no state.
#pragma once

#include "bench/drivers/postgres_control.h"
#include "tools/plans/fingerprint.h"

namespace tare {

// All partitions of the database, of all levels. "schema.name" for each; the bare name as well
// where all tables (or indexes) of that name belong to roots of one name. The roots are named
// alike: those of bare names bare; an index's root always bare, because a plan never says an
// index's schema. Throws what PostgresControl throws.
PartitionRoots read_partition_roots(PostgresControl& postgres);

}  // namespace tare
