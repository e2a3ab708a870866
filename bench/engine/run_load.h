// Runs the load of a scenario against servers: workers in threads, records counted beside them.
// Level: engine. The caller's thread counts and watches; returns when every worker is done.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/engine/load_stats.h"
#include "bench/engine/session_factory.h"
#include "bench/engine/worker.h"

namespace tare {

struct TrafficProgress {
  Nanoseconds elapsed{};  // since the schedule's start
  Nanoseconds length{};   // warm-up and window
  double rate_per_s = 0;  // ok requests since the last report
  std::optional<int64_t> p99_ns;
};

struct LoadWatch {
  std::function<void(const TrafficProgress&)> progress;  // about every 250 ms
  std::function<std::optional<std::string>()> failure;   // asked as often; a text ends the run
  // Called once each, within 10 ms: when the warm-up is over, and when every request of the window
  // has its answer while the connections are still there. What they throw ends the run.
  std::function<void()> window_begins = {}, window_ended = {};
  // Given when the schedule would begin, on the steady clock; returns when it shall, then or later.
  std::function<Nanoseconds(Nanoseconds)> begins = {};
};

struct LoadOutcome {
  LoadStats stats;
  // Of every scheduled request. In a closed loop the servers decide how many there are: then of the
  // first 1,000 and of every job's.
  uint64_t digest = 0;
  uint64_t scheduled = 0;  // warm-up too
  double cpu_ns_per_request = 0;
  double busiest_worker_cpu_share = 0;  // of the window, until the last answer
  int64_t reconnects = 0;
  std::vector<HitSample> hit_samples;
  std::vector<std::string> first_errors;      // by operation; empty: none
  std::vector<std::string> first_job_errors;  // by job
  // Of every connection to PostgreSQL, when the last answer was there: the readers' by worker, then
  // the jobs'.
  std::vector<SessionReport> postgres_sessions = {};
};

// Throws ServerError when the connections cannot be made within 15 s or the watch reports a
// failure, Interrupted when `stop` is requested. Requests that merely fail are part of the outcome.
LoadOutcome run_load(const Scenario& scenario, const Traffic& traffic,
                     const SessionFactory& postgres, const SessionFactory& redis,
                     const LoadWatch& watch, std::stop_token stop);

}  // namespace tare
