// Fills a database with a scenario's data set: tables, rows, keys, what comes after, statistics,
// stamp.
// Level: loaders. Blocks; one thread. A load that was stopped can be run again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/scenario.h"
#include "loaders/apt_index.h"
#include "loaders/stamp.h"

namespace tare {

struct LoadProgress {
  std::string stage = {};  // "apt index", "rows", "primary keys", "after load", "statistics"
  std::string table = {};  // of the stage "rows"
  int64_t rows_done = 0;
  std::optional<int64_t> rows_total = {};  // where it is known
  int64_t bytes = 0;                       // of text sent for this table so far
};
using LoadProgressCallback = std::function<void(const LoadProgress&)>;

struct LoadedTable {
  std::string name;
  int64_t rows = 0;
  int64_t bytes = 0;   // on disk without indexes, after loading
  double seconds = 0;  // for its rows
};

struct LoadReport {
  std::vector<LoadedTable> tables;
  Stamp stamp;
  double seconds = 0;  // for everything
  std::optional<AptIndexCounts> apt_index;
  int64_t malformed_stanzas = 0;  // of the apt index, skipped
};

// Loads into `database`, which must be empty or tare's own: tables that tare made there earlier go
// first. Throws UsageError for a database that belongs to somebody else or a missing apt index,
// FileProblems (naming file and JSON pointer) for SQL of the author's that PostgreSQL refuses and
// for a number of rows that is not the one promised, ServerError, and Interrupted on a stop.
LoadReport load_dataset(const Scenario& scenario, PostgresControl& database,
                        const LoadProgressCallback& progress, std::stop_token stop);

}  // namespace tare
