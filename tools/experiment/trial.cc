#include "tools/experiment/trial.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "bench/drivers/index_use.h"
#include "bench/model/histogram_log.h"
#include "bench/model/result_file.h"
#include "loaders/database_template.h"
#include "tools/compare/index_findings.h"
#include "tools/experiment/cache_review.h"
#include "tools/experiment/capture_plans.h"
#include "tools/experiment/change_actions.h"
#include "tools/experiment/clock_step.h"
#include "tools/experiment/counter_watch.h"
#include "tools/experiment/environment_groups.h"
#include "tools/experiment/observation.h"
#include "tools/experiment/partition_roots.h"
#include "tools/experiment/plan_use_review.h"
#include "tools/experiment/ran_plans.h"
#include "tools/experiment/trial_result.h"

namespace tare {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kSessionsEnd{5};  // how long the load's sessions may take to end

double seconds_since_1970() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
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

// What the load's own connections told of their plans.
void take_plans_told(Workbench& bench, const Scenario& driven, const LoadOutcome& outcome,
                     Result& result) {
  result.session_plans = review_plan_use(driven, bench.traffic(), outcome);
  auto ran =
      review_ran_plans(driven, bench.traffic(), outcome, read_partition_roots(bench.postgres()));
  if (!ran) return;
  result.auto_explain = std::move(ran->review);
  result.ran_plans = std::move(ran->plans);
}

// What one kind of look costs is not in what the other counts.
LoadWatch watched(Observation& observation, CounterWatch& counted, double& window_start) {
  LoadWatch window;
  window.window_begins = [&observation, &counted, &window_start] {
    window_start = seconds_since_1970();
    counted.window_begins();
    observation.begin();
  };
  window.window_ended = [&observation, &counted] {
    observation.end();
    counted.window_ended();
  };
  return window;
}

ServerCounters with_requests(ServerCounters counters, const LoadOutcome& outcome,
                             const Result& result) {
  counters.load_requests = int64_t(outcome.scheduled);
  for (const auto& [name, operation] : result.operations) {
    counters.window_requests += operation.requests.scheduled;
  }
  return counters;
}

void warn_of_evictions(const std::optional<Observed>& observed,
                       std::vector<std::string>& warnings) {
  if (!observed || !observed->redis || observed->redis->evicted_keys == 0) return;
  warnings.push_back(fmt::format(
      "Redis evicted {} keys in the window: hits depend on whatever else it holds; give it more "
      "memory (maxmemory), unless that is what you weigh",
      observed->redis->evicted_keys));
}

// Turns change how the load arrives, and each waits for the other arm's.
Scenario in_turns(const Scenario& scenario, const std::optional<InTurns>& turns, LoadWatch& window,
                  Environment& environment) {
  Scenario driven = scenario;
  if (!turns) return driven;
  environment.generator["turn"] =
      fmt::format("{:g} ms", std::chrono::duration<double, std::milli>(turns->length).count());
  driven.load.arrivals = turns->arrivals;
  window.begins = [&turns](Nanoseconds mine) { return turns->meeting->meet(mine); };
  return driven;
}

// The change cleared from the cache, plans, warm-up and window, checks: what both arms have alike.
// Returns the interval log.
std::string measure(Workbench& bench, const TrialOptions& options, EventLog& log,
                    TrialOutcome& trial) {
  if (options.change && !options.change->clear_cache.empty()) {
    trial.keys_cleared = bench.redis().clear_patterns(options.change->clear_cache, bench.stop());
    log.add("cache cleared", {{"keys", std::to_string(trial.keys_cleared)}});
  }
  checkpoint_if_allowed(bench.postgres());
  // Before the plans: their statements write, too, and are rolled back.
  EnvironmentGroups groups =
      read_environment_groups(bench.postgres(), bench.redis(), bench.environment_of());
  bench.say(options.stage + ": plans", options.remaining_after);
  std::vector<Plan> plans =
      capture_plans(bench.postgres(), bench.traffic(), bench.scenario().load.protocol);
  Environment environment =
      read_environment(bench.postgres(), bench.redis(), bench.environment_of(), bench.stop());
  environment.groups = std::move(groups);
  const bool reviewed = !bench.traffic().sql_calls().empty();
  const UseCounters use_before = reviewed ? read_use(bench.postgres()) : UseCounters();
  CacheEvidence cache;
  cache.before = read_cache_counters(bench.redis());
  double window_start = seconds_since_1970() + Seconds(bench.scenario().load.warmup).count();
  const Moment before_load = Moment::now();
  Observation observation(bench.postgres(), bench.redis(), bench.redis_endpoint());
  CounterWatch counted(
      {bench.server_database(), bench.working_database().database, bench.postgres(), bench.redis()},
      bench.traffic(), bench.scenario().load.sample_waits, bench.stop());
  LoadWatch window = watched(observation, counted, window_start);
  const Scenario driven = in_turns(bench.scenario(), options.turns, window, environment);
  const LoadOutcome outcome = bench.drive(driven, bench.traffic(), options.stage + ": measure",
                                          options.remaining_after, window);
  if (options.turns) options.turns->meeting->meet();
  bench.say(options.stage + ": check and write", options.remaining_after);
  cache.after = read_cache_counters(bench.redis());
  std::optional<IndexReview> review;
  if (reviewed) review = review_of(bench, use_before, outcome);
  ServerCounters counters = counted.finish();
  std::optional<Observed> observed = observation.finish();
  if (observed) observed->busiest_worker_cpu_share = outcome.busiest_worker_cpu_share;
  const double clock_step = clock_step_s(before_load, Moment::now());
  const std::string started_at = trial.result.started_at;
  trial.result = make_result(bench, driven, outcome);
  trial.result.started_at = started_at;
  trial.result.change = options.change ? options.change->name : "";
  trial.result.arm = options.arm == Arm::baseline ? "baseline" : "contender";
  trial.result.clock_step_s = clock_step;
  trial.result.observed = observed;
  take_plans_told(bench, driven, outcome, trial.result);
  trial.result.counters = with_requests(std::move(counters), outcome, trial.result);
  warn_of_evictions(observed, trial.result.warnings);
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
    if (applied) actions.cut_short();
    throw;
  } catch (...) {
    actions.cut_short();
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

void make_fresh(Workbench& bench, const TrialOptions& options, EventLog& log) {
  const bool contender = options.arm == Arm::contender;
  log.add("trial", {{"arm", contender ? "contender" : "baseline"}, {"stage", options.stage}});
  bench.say(options.stage +
                (bench.freshness() == Freshness::restarted ? ": restart and restore" : ": restore"),
            options.remaining_after);
  bench.refresh(contender ? options.change : nullptr);
}

TrialOutcome run_trial(Workbench& bench, const TrialOptions& options, EventLog& log) {
  const bool contender = options.arm == Arm::contender;
  TrialOutcome trial;
  trial.result.started_at = utc_now();
  if (!options.turns) make_fresh(bench, options, log);
  const std::string intervals = contender ? measure_contender(bench, options, log, trial)
                                          : measure(bench, options, log, trial);
  write_result(options.folder, trial.result,
               {intervals, bench.scenario().text, options.change ? options.change->text : ""});
  return trial;
}

}  // namespace tare
