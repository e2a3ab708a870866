#include "tools/experiment/trial.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "bench/drivers/hit_check.h"
#include "bench/drivers/index_use.h"
#include "bench/engine/schedule.h"
#include "bench/model/histogram_log.h"
#include "bench/model/result_file.h"
#include "loaders/database_template.h"
#include "tools/compare/index_findings.h"
#include "tools/experiment/cache_review.h"
#include "tools/experiment/capture_plans.h"
#include "tools/experiment/change_actions.h"
#include "tools/experiment/clock_step.h"
#include "tools/experiment/environment.h"

namespace tare {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kSessionsEnd{5};  // how long the load's sessions may take to end

double seconds_since_1970() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

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

// What the load did to tables and through indexes, from the counters before it and now. Before the
// check of hits, which reads as well.
IndexReview review_of(Workbench& bench, const UseCounters& before, const LoadOutcome& outcome) {
  const int64_t left = await_other_sessions_end(bench.postgres(), kSessionsEnd);
  IndexReview review = use_between(before, read_use(bench.postgres()));
  const Load& load = bench.scenario().load;
  review.seconds = Seconds(load.warmup + load.measure).count();
  review.requests = int64_t(outcome.scheduled);
  if (left > 0) {
    review.notes.push_back(fmt::format(
        "{} sessions were still connected {} s after the load: what they did is not counted; end "
        "other users of the database, and give statements a limit",
        left, kSessionsEnd.count()));
  }
  return review;
}

// The load has inserted and deleted already what the plans' parameters say: with the data as they
// were at its start, these statements write again.
void finish_review(Workbench& bench, const TrialOptions& options, const std::vector<Plan>& plans,
                   IndexReview& review) {
  bench.say(options.stage + ": review the indexes", options.remaining_after);
  const bool measured = options.index_costs == IndexCosts::measured && options.arm == Arm::baseline;
  if (measured && writes_sql(bench.scenario())) bench.restore_data();
  measure_index_costs(bench.postgres(), plans,
                      measured ? IndexCosts::measured : IndexCosts::left_out, review);
  review.findings = index_findings(review, plans);
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

Result make_result(Workbench& bench, const TrialOptions& options, const LoadOutcome& outcome,
                   std::string started_at) {
  const Scenario& scenario = bench.scenario();
  Result result;
  result.scenario = scenario.name;
  result.change = options.change ? options.change->name : "";
  result.arm = options.arm == Arm::baseline ? "baseline" : "contender";
  result.started_at = std::move(started_at);
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

}  // namespace

bool writes_sql(const Scenario& scenario) {
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      if (writes_sql(step)) return true;
    }
  }
  return false;
}

namespace {

// The change cleared from the cache, plans, warm-up and window, checks: what both arms have alike.
// Returns the interval log.
std::string measure(Workbench& bench, const TrialOptions& options, EventLog& log,
                    TrialOutcome& trial) {
  if (options.change && !options.change->clear_cache.empty()) {
    trial.keys_cleared = bench.redis().clear_patterns(options.change->clear_cache, bench.stop());
    log.add("cache cleared", {{"keys", std::to_string(trial.keys_cleared)}});
  }
  checkpoint_if_allowed(bench.postgres());
  bench.say(options.stage + ": plans", options.remaining_after);
  std::vector<Plan> plans = capture_plans(bench.postgres(), bench.traffic());
  Environment environment =
      read_environment(bench.postgres(), bench.redis(), bench.environment_of(), bench.stop());
  const bool reviewed = !bench.traffic().sql_calls().empty();
  const UseCounters use_before = reviewed ? read_use(bench.postgres()) : UseCounters();
  CacheEvidence cache;
  cache.before = read_cache_counters(bench.redis());
  const double window_start = seconds_since_1970() + Seconds(bench.scenario().load.warmup).count();
  const Moment before_load = Moment::now();
  const LoadOutcome outcome = bench.drive(bench.scenario(), bench.traffic(),
                                          options.stage + ": measure", options.remaining_after);
  bench.say(options.stage + ": check and write", options.remaining_after);
  cache.after = read_cache_counters(bench.redis());
  std::optional<IndexReview> review;
  if (reviewed) review = review_of(bench, use_before, outcome);
  const double clock_step = clock_step_s(before_load, Moment::now());
  trial.result = make_result(bench, options, outcome, std::move(trial.result.started_at));
  trial.result.clock_step_s = clock_step;
  if (!bench.scenario().cache_rules.empty()) {
    cache.lookups = outcome.stats.lookups();
    cache.requests = outcome.scheduled;
    trial.result.cache = review_cache(bench.redis(), bench.scenario(), bench.traffic(), cache,
                                      bench.claim().key_patterns(), bench.stop());
  }
  if (review) finish_review(bench, options, plans, *review);
  trial.result.index_review = std::move(review);
  trial.result.plans = std::move(plans);
  trial.result.environment = std::move(environment);
  return histogram_log_header(window_start) + outcome.stats.interval_lines();
}

// Undoes a change that something has cut short, where it would outlive the trial.
void undo(Workbench& bench, ChangeActions& actions, EventLog& log) {
  if (bench.freshness() == Freshness::restarted) return;
  bench.connect_for_undoing();
  const Rollback rollback = actions.roll_back({});
  log.add("rolled back", {{"why", "the trial was cut short"}, {"detail", rollback.detail}});
  if (rollback.status != RollbackStatus::equal && bench.freshness() == Freshness::in_place) {
    throw RollbackFailed(actions.what_is_left(rollback));
  }
}

// With the change: applied before, rolled back after, whatever happens in between.
std::string measure_contender(Workbench& bench, const TrialOptions& options, EventLog& log,
                              TrialOutcome& trial) {
  ChangeActions actions(bench, *options.change, log);
  bool applied = false;
  std::string intervals;
  try {
    bench.say(options.stage + ": apply the change", options.remaining_after);
    actions.apply();
    applied = true;
    trial.schema_changes = actions.schema_changes();
    intervals = measure(bench, options, log, trial);
  } catch (const RollbackFailed&) {
    throw;
  } catch (const FileProblems&) {  // apply() has undone what it began
    if (applied) undo(bench, actions, log);
    throw;
  } catch (...) {
    undo(bench, actions, log);
    throw;
  }
  bench.say(options.stage + ": roll back", options.remaining_after);
  trial.rollback = actions.roll_back(options.rows_at_start);
  log.add("rolled back", {{"detail", trial.rollback.detail}});
  if (trial.rollback.status != RollbackStatus::equal && bench.freshness() == Freshness::in_place) {
    throw RollbackFailed(actions.what_is_left(trial.rollback));
  }
  return intervals;
}

}  // namespace

TrialOutcome run_trial(Workbench& bench, const TrialOptions& options, EventLog& log) {
  const bool contender = options.arm == Arm::contender;
  TrialOutcome trial;
  trial.result.started_at = utc_now();
  log.add("trial", {{"arm", contender ? "contender" : "baseline"}, {"stage", options.stage}});
  bench.say(options.stage +
                (bench.freshness() == Freshness::restarted ? ": restart and restore" : ": restore"),
            options.remaining_after);
  bench.refresh(contender ? options.change : nullptr);
  const std::string intervals = contender ? measure_contender(bench, options, log, trial)
                                          : measure(bench, options, log, trial);
  write_result(options.folder, trial.result,
               {intervals, bench.scenario().text, options.change ? options.change->text : ""});
  return trial;
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
