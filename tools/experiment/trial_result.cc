#include "tools/experiment/trial_result.h"

#include <fmt/format.h>

#include "bench/drivers/hit_check.h"
#include "bench/engine/schedule.h"

namespace tare {
namespace {

using Seconds = std::chrono::duration<double>;

bool writes_sql(const Step& step) {
  if (const auto* sql = std::get_if<SqlStep>(&step)) return sql->writes;
  if (const auto* cached = std::get_if<CachedStep>(&step)) return cached->on_miss.writes;
  return false;
}

void add_warnings(const LoadOutcome& outcome, const Scenario& scenario, Result& result) {
  const Load& load = scenario.load;
  const bool writes = writes_sql(scenario);
  const auto milliseconds = [](int64_t ns) { return double(ns) / 1e6; };
  const HistogramSummary& lag = result.generator.lag_ns;
  if (lag.p99 > 10'000'000) {
    result.warnings.push_back(fmt::format(
        "the generator was late: lag p99 {:.1f} ms is part of every response time; lower the rate, "
        "free a core, or add workers",
        milliseconds(lag.p99)));
  }
  for (const auto& [name, operation] : result.operations) {
    if (operation.requests.dropped > 0) {
      result.warnings.push_back(fmt::format(
          "{}: {} requests dropped because {} were under way; raise load.max_queued or lower the "
          "rate",
          name, operation.requests.dropped, load.max_queued));
    }
    if (operation.response_time_ns.max >= Histogram::kHighest) {
      result.warnings.push_back(
          fmt::format("{}: response times above 60 s are counted as 60 s", name));
    }
    const CacheCheck& check = operation.cache_check;
    if (check.different > 0) {
      result.warnings.push_back(fmt::format(
          "{}: {} of {} sampled cache hits differ from what SQL says after the run (first: {}){}",
          name, check.different, check.checked, check.example_key,
          writes ? "; some may have been right when they were read, since the scenario writes"
                 : ""));
    }
  }
  for (const auto& [name, job] : result.jobs) {
    if (job.work_left > 0) {
      result.warnings.push_back(fmt::format(
          "job {}: {} of {} runs stopped at the most batches of until_empty with work left: raise "
          "it, or let the job run more often",
          name, job.work_left, job.runs.scheduled));
    }
    if (job.runs.failed + job.runs.timed_out == 0) continue;
    result.warnings.push_back(fmt::format("job {}: {} of {} runs failed{}{}", name,
                                          job.runs.failed + job.runs.timed_out, job.runs.scheduled,
                                          job.first_error.empty() ? "" : ": ", job.first_error));
  }
  if (outcome.reconnects > 0) {
    int64_t timed_out = 0;
    for (const auto& [name, operation] : result.operations) {
      timed_out += operation.requests.timed_out;
    }
    for (const auto& [name, job] : result.jobs) timed_out += job.runs.timed_out;
    result.warnings.push_back(
        fmt::format("{} connections were opened again: {}", outcome.reconnects,
                    timed_out > 0 ? "a request that times out gives up its own"
                                  : "they were lost; see the servers' logs"));
  }
}

// In the measured window. The number of bursts varies too much for its expectation to mean
// anything; in a closed loop the servers decide.
double offered_rate(const Load& load, const Result& result) {
  double requests = expected_requests(load.arrivals, load.warmup + load.measure) -
                    expected_requests(load.arrivals, load.warmup);
  const ArrivalKind kind = load.arrivals.kind;
  if (kind == ArrivalKind::gamma || kind == ArrivalKind::closed) {
    requests = 0;
    for (const auto& [name, operation] : result.operations) {
      requests += double(operation.requests.scheduled);
    }
  }
  return requests / Seconds(load.measure).count();
}

}  // namespace

Result make_result(Workbench& bench, const Scenario& scenario, const LoadOutcome& outcome) {
  Result result;
  result.scenario = scenario.name;
  result.warmup_s = Seconds(scenario.load.warmup).count();
  result.measured_s = Seconds(scenario.load.measure).count();
  result.schedule_digest = fmt::format("{:016x}", outcome.digest);
  result.operations = outcome.stats.operations();
  int64_t ok = 0;
  for (size_t i = 0; i < outcome.first_errors.size(); ++i) {
    const auto operation = result.operations.find(bench.traffic().operations()[i].name);
    if (operation == result.operations.end()) continue;  // a job's
    operation->second.first_error = outcome.first_errors[i];
    ok += operation->second.requests.ok;
  }
  result.jobs = outcome.stats.jobs();
  for (size_t i = 0; i < outcome.first_job_errors.size(); ++i) {
    result.jobs.at(scenario.load.jobs[i].name).first_error = outcome.first_job_errors[i];
  }
  result.offered_rate_per_s = offered_rate(scenario.load, result);
  result.achieved_rate_per_s = double(ok) / result.measured_s;
  result.stalls = outcome.stats.stalls();
  result.generator.lag_ns = outcome.stats.lag();
  result.generator.wait_ns = outcome.stats.wait();
  result.generator.cpu_ns_per_request = outcome.cpu_ns_per_request;
  result.generator.reconnects = outcome.reconnects;
  for (const auto& [index, check] :
       check_hits(bench.working_database(), bench.traffic(), outcome.hit_samples, bench.stop())) {
    result.operations.at(bench.traffic().operations()[index].name).cache_check = check;
  }
  result.warnings = bench.warnings();
  add_warnings(outcome, scenario, result);
  return result;
}

bool writes_sql(const Scenario& scenario) {
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      if (writes_sql(step)) return true;
    }
  }
  return false;
}

std::vector<std::string> wrong_cache(const Scenario& scenario, const Result& result) {
  if (writes_sql(scenario)) return {};  // a stale row may be what the author means
  std::vector<std::string> lines;
  for (const auto& [name, operation] : result.operations) {
    if (operation.cache_check.different == 0) continue;
    lines.push_back(fmt::format(
        "{} ({}): {} of {} sampled cache hits are not what SQL says, and no operation writes to "
        "PostgreSQL (first key: {}): the change alters rows that the cache holds (list their keys "
        "in "
        "clear_cache), the key leaves out what the query depends on, or the query does not give "
        "the "
        "same twice (now(), random())",
        name, result.arm, operation.cache_check.different, operation.cache_check.checked,
        operation.cache_check.example_key));
  }
  return lines;
}

}  // namespace tare
