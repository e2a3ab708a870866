// What a scenario would do, worked out from its file alone: rows, requests, keys, memory, time.
// Level: experiment. Connects to nothing; values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/scenario.h"

namespace tare {

struct TableForecast {
  std::string name;
  std::string source;           // "the apt index's packages", "a query"
  std::optional<int64_t> rows;  // empty: known after loading
  size_t columns = 0;
};

struct OperationForecast {
  std::string name;
  double share = 0;     // of the measured requests
  bool of_job = false;  // no reader asks for it
  double warmup_requests = 0, measured_requests = 0;
  std::vector<std::string> draws;  // in words
  std::vector<std::string> steps;  // in words
};

struct Forecast {
  std::vector<TableForecast> tables;
  std::vector<std::string> after_load;
  std::vector<OperationForecast> operations;
  std::vector<std::string> jobs;                      // in words
  double warmup_requests = 0, measured_requests = 0;  // expected, when arrivals are random;
                                                      // 0 in a closed loop: the servers decide

  // Distinct keys that the operations can make; empty: known after loading.
  std::optional<double> redis_keys_at_most;

  // Memory of the load generator: 20 MiB for the program; every histogram (per operation 2 + its
  // paths + its calls, and 2 of the generator; each twice, for the interval and for the window);
  // a queue of records for every worker; the values drawn from columns with 64 bytes per row.
  int64_t generator_bytes = 0;
  bool generator_bytes_complete = true;  // false: rows of a drawn table are not known
  // What comes on top when `max_queued` requests are under way.
  int64_t full_queue_bytes = 0;

  // Rough: 5 s to start the servers, 100,000 rows a second, 8 s to warm the cache where that is
  // asked for, 4 s around each trial, and what the scenario says.
  double run_s = 0;
  double ab_s = 0;  // of kForecastPairs pairs
};

inline constexpr int kForecastPairs = 6;

// Rows of the apt index by table: packages, relations, tags. Asked at most once, and only when a
// table needs it; an empty answer means that they are not known.
using AptRowCounts = std::function<std::map<std::string, int64_t>()>;

Forecast forecast(const Scenario& scenario, const AptRowCounts& count_rows);

}  // namespace tare
