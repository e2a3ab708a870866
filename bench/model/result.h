// A result: the evidence one run left. Written to and read from a folder by result_file.h.
// Level: model. Plain values. All times in nanoseconds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/model/cache_review.h"
#include "bench/model/environment_groups.h"
#include "bench/model/index_review.h"
#include "bench/model/observed.h"
#include "bench/model/plan.h"
#include "bench/model/ran_plan.h"
#include "bench/model/server_counters.h"
#include "bench/model/session_plans.h"

namespace tare {

// A histogram in ten figures. Quantiles are upper bounds of their bucket (3 significant digits).
struct HistogramSummary {
  int64_t count = 0;
  double mean = 0;
  double tm95 = 0;  // mean of the fastest 95 %
  int64_t p50 = 0, p90 = 0, p95 = 0, p99 = 0, p999 = 0;
  int64_t max = 0;

  friend bool operator==(const HistogramSummary&, const HistogramSummary&) = default;
};

// What one part of the requests has in the fastest 95 % of them all: sum(share * mean) over the
// parts is the tm95 of all.
struct TrimmedPart {
  double share = 0;  // of the fastest 95 %
  double mean = 0;   // of its own requests among them; 0 without any

  friend bool operator==(const TrimmedPart&, const TrimmedPart&) = default;
};

// scheduled = ok + failed + timed_out + dropped + unfinished
struct RequestCounts {
  int64_t scheduled = 0, ok = 0, failed = 0, timed_out = 0, dropped = 0, unfinished = 0;

  double failed_share() const {
    return scheduled == 0 ? 0 : double(scheduled - ok) / double(scheduled);
  }
  friend bool operator==(const RequestCounts&, const RequestCounts&) = default;
};

// Which way the ok requests went, and how long each way took. ok = sum of the counts.
struct PathResult {
  int64_t count = 0;
  HistogramSummary response_time_ns;
  std::optional<TrimmedPart> tm95_part = {};  // of the operation's tm95; none: an older tare's

  friend bool operator==(const PathResult&, const PathResult&) = default;
};

struct StepResult {
  int64_t calls = 0;
  HistogramSummary service_time_ns;  // sent to done

  friend bool operator==(const StepResult&, const StepResult&) = default;
};

// A sample of cache hits held against what SQL says.
struct CacheCheck {
  int64_t checked = 0;
  int64_t different = 0;
  std::string example_key;  // of the first difference

  friend bool operator==(const CacheCheck&, const CacheCheck&) = default;
};

// A third of the window: the requests meant to start in it.
struct ThirdResult {
  int64_t count = 0;   // ok ones
  double tm95_ns = 0;  // of their response times

  friend bool operator==(const ThirdResult&, const ThirdResult&) = default;
};

struct OperationResult {
  RequestCounts requests;
  std::map<std::string, int64_t> failed;  // reason -> count: wrong_answer, server_error, ...
  std::string first_error;                // the first server message behind a failure
  HistogramSummary response_time_ns;      // of ok requests, from the intended start
  HistogramSummary service_time_ns;
  std::map<std::string, PathResult> paths;  // hit, miss, bypass, write, plain; only those seen
  std::map<std::string, StepResult> steps;
  CacheCheck cache_check;
  std::vector<ThirdResult> thirds = {};  // three, in order; none in an older tare's result

  friend bool operator==(const OperationResult&, const OperationResult&) = default;
};

// scheduled = ok + failed + timed_out + skipped + unfinished
struct RunCounts {
  int64_t scheduled = 0, ok = 0, failed = 0, timed_out = 0;
  int64_t skipped = 0;  // fell due while one run went on and another waited
  int64_t unfinished = 0;

  // Of those that began and ended.
  double failed_share() const {
    const int64_t ended = ok + failed + timed_out;
    return ended == 0 ? 0 : double(failed + timed_out) / double(ended);
  }
  friend bool operator==(const RunCounts&, const RunCounts&) = default;
};

// Background work beside the readers; its requests count in no operation.
struct JobResult {
  std::string operation;
  double every_s = 0;
  RunCounts runs;
  int64_t batches = 0;           // done, in all runs
  int64_t retries = 0;           // of batches that failed
  int64_t work_left = 0;         // runs that stopped at the most batches of until_empty
  std::string first_error;       // the first server message behind a failure
  HistogramSummary lateness_ns;  // of runs that began: due time to the first call's sending
  HistogramSummary duration_ns;  // of those: from there to the end

  friend bool operator==(const JobResult&, const JobResult&) = default;
};

struct GeneratorResult {
  HistogramSummary lag_ns;   // lateness of the generator itself, per request
  HistogramSummary wait_ns;  // waiting for a busy pooled connection, per request
  double cpu_ns_per_request = 0;
  int64_t reconnects = 0;

  friend bool operator==(const GeneratorResult&, const GeneratorResult&) = default;
};

// Times in the measured window when the servers stood still for the readers: a request was at a
// server (sent, not done), and for at least 10 ms no call of any request was answered. A machine
// that stands still looks the same.
struct Stalls {
  int64_t count = 0;
  int64_t total_ns = 0;
  int64_t longest_ns = 0;

  friend bool operator==(const Stalls&, const Stalls&) = default;
};

struct Environment {
  Settings versions;              // tare, compiler, libpq, postgres, redis
  Settings postgres_settings;     // those that are not PostgreSQL's defaults
  Settings redis_settings;        // those the sandbox sets, as the server reports them
  Settings host;                  // kernel, cpu, cores, memory_bytes, load_average_1m
  Settings generator;             // wait_mode, workers, connections, seed, socket
  std::string file_system;        // of the data folder
  std::string git_revision;       // of the folder tare was started in; "none" outside a repository
  EnvironmentGroups groups = {};  // what else it depends on, by group; none in an older tare's

  friend bool operator==(const Environment&, const Environment&) = default;
};

struct Result {
  std::string scenario;
  std::string change;      // empty: none
  std::string arm;         // baseline or contender
  std::string started_at;  // ISO 8601, UTC
  double warmup_s = 0;
  double measured_s = 0;
  double offered_rate_per_s = 0;
  double achieved_rate_per_s = 0;  // ok requests per second of the measured window
  double clock_step_s = 0;         // how far the wall clock was set while the load ran
  std::string schedule_digest;     // of every request asked, warm-up and window; 16 hex digits
  std::map<std::string, OperationResult> operations;
  std::map<std::string, JobResult> jobs;
  std::optional<CacheReview> cache;   // none: the scenario asks no cache
  std::optional<Stalls> stalls = {};  // none: an older tare's, or more than an hour of load
  GeneratorResult generator;
  Environment environment;
  std::vector<std::string> warnings;             // each says what to do next
  std::vector<Plan> plans;                       // kept in plans.json
  std::vector<RanPlan> ran_plans = {};           // there too
  std::optional<IndexReview> index_review = {};  // none: no PostgreSQL, or an older tare's result
  std::optional<Observed> observed = {};         // none: an older tare's result
  // None: nothing is prepared with parameters, or an older tare's result.
  std::optional<SessionPlans> session_plans = {};
  // None: not wanted, no SQL, or an older tare's result.
  std::optional<AutoExplain> auto_explain = {};
  std::optional<ServerCounters> counters = {};  // kept in counters.json; none: an older tare's

  friend bool operator==(const Result&, const Result&) = default;
};

}  // namespace tare
