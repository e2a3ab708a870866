// What PostgreSQL has counted of the use of tables and indexes: looked at twice, never reset.
// Level: drivers. Functions on a connection to the database in question; errors as in
// PostgresControl. Tables and indexes of users only; a partitioned table counts as one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/index_review.h"

namespace tare {

// The counters as they stand, since whenever they began.
struct UseCounters {
  std::vector<TableUse> tables;  // by schema and name; their indexes by name
  std::optional<WalUse> wal;     // PostgreSQL 14 and later
  std::string not_counted;       // why the counters do not count; empty: they do
};

// Counts of this connection's own statements so far are in it: before PostgreSQL 15 that takes a
// second, because there a session cannot be told to hand in its counts.
UseCounters read_use(PostgresControl& postgres);

// A session's counts are seen when it has ended. Waits until no other session is connected to this
// database; returns how many still are after `at_most`.
int64_t await_other_sessions_end(PostgresControl& postgres, std::chrono::milliseconds at_most);

// The load's part: counts of `after` less those of `before`, all else as in `after`. A counter that
// has fallen meanwhile (reset, or a crash) leaves a note and counts as 0. Seconds and requests are
// the caller's to fill in.
IndexReview use_between(const UseCounters& before, const UseCounters& after);

}  // namespace tare
