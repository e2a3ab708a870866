// The counters of PostgreSQL 13 to 18 that tare reads, and where each version shows them: the one
// place that knows how versions differ.
// Level: drivers. Functions on a connection; what the server refuses becomes words, not an error,
// but for ServerError and Interrupted.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>

#include "bench/drivers/counter_look.h"
#include "bench/drivers/postgres_control.h"

namespace tare {

// One counter in one view; a counter that moved has a row for each place.
struct PostgresCounter {
  const char* source;      // "checkpoints"
  const char* view;        // "pg_stat_bgwriter", later "pg_stat_checkpointer"
  const char* name;        // "timed"
  const char* expression;  // "checkpoints_timed", later "num_timed"
  const char* unit;        // count, blocks, rows, bytes; "ms" is read as ns
  int since, until;        // major versions, both inclusive
};
inline constexpr int kOldestPostgres = 13, kNewestPostgres = 18;  // that tests run on
std::span<const PostgresCounter> postgres_counters();

// All sources but pg_stat_statements: "database", "tables", "io", "wal", "checkpoints", "buffers".
std::span<const char* const> cumulative_sources();

// "(SELECT num_timed FROM pg_stat_checkpointer)"; throws std::invalid_argument for a counter that
// this version (170010) does not have, or one of a view with many rows.
std::string postgres_counter_query(const std::string& source, const std::string& name, int version);

// Of the database that the connection is to.
CounterLook look_at_postgres(PostgresControl& postgres, const std::string& source);

// Counters of the statements that ran in one database of the server, by query id.
// The extension's view may be in any of its databases: `postgres` is connected to one that has it.
CounterLook look_at_statements(PostgresControl& postgres, const std::string& database);

// What their texts are, normalized; those with the mark below are left out.
std::map<std::string, std::string> statement_texts(PostgresControl& postgres,
                                                   const std::set<std::string>& query_ids);

// Inside each statement with which tare looks while a load runs, so that it is not taken for
// another's. Not before it: PostgreSQL 18 leaves out what stands there.
inline constexpr const char* kLookMark = "/* tare looks */";

}  // namespace tare
