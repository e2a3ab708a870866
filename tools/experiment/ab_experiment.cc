#include "tools/experiment/ab_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/errors.h"
#include "bench/model/json_value.h"
#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "loaders/table_digest.h"
#include "tools/compare/criteria_file.h"
#include "tools/compare/reanalysis.h"
#include "tools/compare/trial_guards.h"
#include "tools/experiment/change_actions.h"
#include "tools/experiment/environment.h"
#include "tools/experiment/experiment_folder.h"
#include "tools/experiment/plan_stage.h"
#include "tools/experiment/trial.h"
#include "tools/experiment/trial_result.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kInconclusive = 2;  // of the exit codes

// The contender's scenario may need the change before its statements run at all. `like`, prepared,
// are the same arms elsewhere.
void prepare(const AbArms& arms, const Change& change, EventLog& log,
             const AbArms* like = nullptr) {
  if (auto problems = arms.contender.unfit_for_target(change); !problems.empty()) {
    throw FileProblems(std::move(problems));
  }
  arms.baseline.prepare({}, like ? &like->baseline : nullptr);
  if (!arms.apart()) return;
  const Workbench* twin = like ? &like->contender : arms.twins ? &arms.baseline : nullptr;
  ChangeActions actions(arms.contender, change, log);
  try {
    arms.contender.prepare([&] { actions.apply(); }, twin);
  } catch (const RollbackFailed&) {
    throw;
  } catch (...) {
    actions.cut_short();
    throw;
  }
  if (arms.contender.freshness() == Freshness::restarted) return;
  const Rollback rollback = actions.roll_back({});
  if (rollback.status != RollbackStatus::equal) {
    throw RollbackFailed(actions.what_is_left(rollback));
  }
}

// Loaded twice, for two servers: the rows must be the same.
void require_same_data(const AbArms& arms) {
  arms.baseline.restore_data();
  arms.contender.restore_data();
  const auto contender = table_digests(arms.contender.postgres());
  for (const auto& [table, digest] : table_digests(arms.baseline.postgres())) {
    const auto found = contender.find(table);
    if (found != contender.end() && found->second == digest) continue;
    throw FileProblems(
        {{arms.baseline.scenario().file.string(), "/dataset/tables/" + pointer_token(table),
          "loaded on each arm's own servers its rows differ; let its query give the same rows "
          "every time (no random(), no now())"}});
  }
}

// Leaves the servers as they were, for whoever looks next.
void leave(const AbArms& arms, const Change& change) {
  if (applies<PostgresSettingsAction>(change)) {
    arms.contender.refresh();
  } else {
    arms.contender.restore_data();
  }
  arms.contender.leave_target();
}

std::vector<std::string> design_of(const Workbench& bench) {
  std::vector<std::string> design;
  switch (bench.freshness()) {
    case Freshness::restarted:
      design = {
          "pairs in random order; both servers restarted, data and cache restored for every "
          "trial"};
      break;
    case Freshness::restored:
      design = {
          "pairs in random order; data and cache restored for every trial, on servers that "
          "go on running"};
      break;
    case Freshness::in_place:
      design = {
          "pairs in random order; the change applied and rolled back in place for every "
          "pair"};
      break;
  }
  const std::vector<std::string>& lost = bench.claim().lost();
  design.insert(design.end(), lost.begin(), lost.end());
  return design;
}

// Those of what it goes on with or repeats stay allowed.
std::set<std::string> allowed_groups(const AbOptions& options) {
  std::set<std::string> allowed = options.allowed;
  const auto add = [&allowed](const Experiment& before) {
    if (!before.criteria) return;
    const std::set<std::string>& theirs = before.criteria->declared.allowed;
    allowed.insert(theirs.begin(), theirs.end());
  };
  if (options.resumed) add(options.resumed->experiment);
  if (options.pooled) add(options.pooled->experiment);
  return allowed;
}

Experiment begin_experiment(const AbArms& arms, const Change& change) {
  Experiment experiment;
  experiment.scenario = arms.baseline.scenario().name;
  experiment.change = change.name;
  experiment.owner = change.owner;
  experiment.reason = change.reason;
  experiment.seed = arms.baseline.scenario().seed;
  experiment.started_at = utc_now();
  experiment.cache_cleared = change.clear_cache;
  return experiment;
}

// A repeat is no answer without one.
void require_new_pair(const std::vector<PairSample>& samples, const Experiment& experiment) {
  const int counting = int(untainted(samples, experiment.pairs).size());
  if (counting > experiment.pooled.back().pairs) return;
  throw UsageError(
      "no new pair counts, so nothing is repeated: give it more time (--budget), or mend what "
      "tainted the pairs");
}

// On connections of its own: preparing the contender may have restarted the servers.
Environment environment_now(const Workbench& bench) {
  const EnvironmentOf of = bench.environment_of();
  PostgresControl postgres(of.postgres, bench.stop());
  RedisControl redis(of.redis);
  return read_environment(postgres, redis, of, bench.stop());
}

}  // namespace

AbOutcome run_ab(const AbArms& arms, const Change& change, const AbOptions& options) {
  const auto started = Clock::now();
  const ResumedFolder resumed_folder(options, arms.baseline.environment_of().servers);
  Experiment experiment =
      options.resumed ? options.resumed->experiment : begin_experiment(arms, change);
  experiment.settings = options.settings;
  experiment.design = design_of(arms.contender);
  if (options.turn) experiment.design.front() = turns_text(*options.turn);
  experiment.looks = options.looks;
  experiment.criteria = criteria_of(arms.baseline.scenario(), &change);
  experiment.criteria->declared.allowed = allowed_groups(options);
  PendingFolder folder(options.results / experiment.scenario, folder_name(options, change));
  if (options.resumed) copy_so_far(options, folder.path());
  if (options.pooled) {
    take_over(*options.pooled, folder.path(), experiment);
    experiment.repeats = options.repeats;
  }
  const double duration_before_s = experiment.duration_s;
  const size_t pairs_before = experiment.pairs.size();
  const int pooled_pairs = experiment.pooled.empty() ? 0 : experiment.pooled.back().pairs;
  const auto duration_s = [&] {
    return duration_before_s + std::chrono::duration<double>(Clock::now() - started).count();
  };
  EventLog log(folder.path() / "log.jsonl");
  log.add(options.resumed ? "resume" : "start",
          {{"scenario", experiment.scenario}, {"change", change.name}});
  std::optional<RepeatMark> mark;
  if (options.pooled) mark.emplace(*options.pooled, folder_name(options, change));
  std::vector<PairSample> samples;
  try {
    prepare(arms, change, log);
    if (options.pooled) {
      require_same_place(*options.pooled, environment_now(arms.baseline));
    }
    if (arms.own_servers) require_same_data(arms);
    if (arms.exchanged) prepare(*arms.exchanged, change, log, &arms);
    experiment.plans = compare_plans_of(arms, change, folder.path(), *experiment.criteria, log);
    PairsOptions pairs{options.looks, folder.path(), {}, options.turn, {}};
    if (options.budget) pairs.until = started + *options.budget;
    pairs.settled = [&](const std::vector<PairSample>& so_far) {
      // What a repeat began with was looked at before.
      const int counting = int(untainted(so_far, experiment.pairs).size());
      if (counting <= pooled_pairs) return false;
      const int code = judged(experiment, so_far).exit_code;
      log.add("look", {{"pairs", std::to_string(counting)}, {"exit_code", std::to_string(code)}});
      // Further pairs may bring those that are tainted under a third; else run_pairs ends.
      return code != kInconclusive && too_many_tainted(experiment.pairs).empty();
    };
    samples = run_pairs(arms, change, pairs, *experiment.criteria, log, experiment);
    if (!experiment.pooled.empty()) require_new_pair(samples, experiment);
    experiment = judged(std::move(experiment), samples);
    leave(arms, change);
  } catch (...) {
    arms.contender.put_back();
    experiment.duration_s = duration_s();
    const bool repeatable = !change.file.empty();  // injected work is calibrated anew
    if (repeatable && experiment.pairs.size() > pairs_before &&
        experiment.comparison.rows.empty()) {
      const auto place = keep_unfinished(folder, arms, change, options, experiment);
      if (mark) mark->keep();
      if (options.kept) options.kept(place, size_t(pairs_begun(experiment)));
    }
    throw;
  }
  experiment.duration_s = duration_s();
  log.add("verdict", {{"exit_code", std::to_string(experiment.exit_code)}});
  auto place = publish_finished(folder, arms, change, options, experiment, samples.front());
  if (mark) mark->keep();
  return {std::move(experiment), std::move(place)};
}

RunOutcome run_once(Workbench& bench, const std::filesystem::path& results) {
  const Scenario& scenario = bench.scenario();
  PendingFolder folder(results / scenario.name, folder_time() + "-run");
  EventLog log(folder.path() / "log.jsonl");
  log.add("start", {{"scenario", scenario.name}});
  TrialOptions trial;
  trial.folder = folder.path();
  trial.stage = "run";
  trial.remaining_after = Nanoseconds(0);
  const bool restored = bench.freshness() != Freshness::in_place;  // what the costs' trials left
  trial.index_costs = restored ? IndexCosts::measured : IndexCosts::left_out;
  RunOutcome outcome;
  try {
    bench.prepare();
    outcome.result = run_trial(bench, trial, log).result;
    bench.leave_target();
  } catch (...) {
    bench.put_back();
    throw;
  }
  outcome.limits = judge_limits(scenario.limits, {outcome.result});
  outcome.invalid_reasons = reasons_invalid(outcome.result);
  for (std::string& reason : wrong_cache(scenario, outcome.result)) {
    outcome.invalid_reasons.push_back(std::move(reason));
  }
  for (const auto& [name, operation] : outcome.result.operations) {
    if (operation.requests.scheduled == 0 || operation.requests.ok > 0) continue;
    outcome.invalid_reasons.push_back(fmt::format("{}: none of {} requests was ok ({})", name,
                                                  operation.requests.scheduled,
                                                  operation.first_error));
  }
  for (const auto& [name, job] : outcome.result.jobs) {
    if (job.runs.ok > 0 || job.runs.failed + job.runs.timed_out == 0) continue;
    outcome.invalid_reasons.push_back(fmt::format("job {}: none of {} runs was ok ({})", name,
                                                  job.runs.scheduled, job.first_error));
  }
  write_criteria(folder.path(), criteria_of(scenario, nullptr));
  log.add("done");
  outcome.folder = folder.publish();
  return outcome;
}

}  // namespace tare
