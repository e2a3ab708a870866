#include "tools/experiment/ab_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/model/random.h"
#include "bench/model/result_file.h"
#include "tools/experiment/trial.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kOrderStream = 3;
constexpr Nanoseconds kGuessedOverhead = std::chrono::seconds(4);  // restart, restore, plans

// "2026-01-31T12-00-00Z": a time that a file name can hold.
std::string folder_time() {
  std::string time = utc_now();
  std::replace(time.begin(), time.end(), ':', '-');
  return time;
}

// How long what is left will take, from what was done so far.
class Remaining {
 public:
  Remaining(const Load& load, int trials)
      : guess_(load.warmup + load.measure + kGuessedOverhead), trials_(trials) {}

  Nanoseconds after_this_trial() const { return (trials_ - done_ - 1) * per_trial(); }
  void done() { ++done_; }

 private:
  Nanoseconds per_trial() const {
    return done_ == 0 ? guess_ : Nanoseconds(Clock::now() - started_) / done_;
  }

  Nanoseconds guess_;
  int trials_;
  int done_ = 0;
  Clock::time_point started_ = Clock::now();
};

class Pairs {
 public:
  Pairs(Workbench& bench, const Change& change, const AbOptions& options,
        const std::filesystem::path& folder, EventLog& log, Experiment& experiment)
      : bench_(bench),
        change_(change),
        options_(options),
        folder_(folder),
        log_(log),
        experiment_(experiment),
        remaining_(bench.scenario().load, 2 * options.pairs) {}

  std::vector<PairSample> run() {
    std::vector<PairSample> samples;
    for (int pair = 1; pair <= options_.pairs; ++pair) samples.push_back(run_pair(pair));
    return samples;
  }

  const std::vector<std::string>& invalid_reasons() const { return invalid_reasons_; }

 private:
  PairSample run_pair(int pair) {
    // Random, and balanced over every two pairs, so that what drifts leans on both arms alike.
    const bool odd = pair % 2 == 1;
    Random random(bench_.scenario().seed, kOrderStream, uint64_t(pair + (odd ? 1 : 0)));
    const bool contender_first = (random.below(2) == 1) == odd;
    ExperimentPair entry;
    entry.order = contender_first ? PairOrder::contender_first : PairOrder::baseline_first;
    entry.baseline = fmt::format("trials/{:02}-baseline", pair);
    entry.contender = fmt::format("trials/{:02}-contender", pair);
    PairSample sample;
    if (contender_first) sample.contender = run_arm(pair, Arm::contender, entry.contender);
    sample.baseline = run_arm(pair, Arm::baseline, entry.baseline);
    if (!contender_first) sample.contender = run_arm(pair, Arm::contender, entry.contender);
    experiment_.pairs.push_back(entry);
    return sample;
  }

  Sample run_arm(int pair, Arm arm, const std::string& place) {
    TrialOptions trial;
    trial.arm = arm;
    trial.change = &change_;
    trial.folder = folder_ / place;
    trial.stage = fmt::format("pair {} of {}, {}", pair, options_.pairs,
                              arm == Arm::baseline ? "baseline" : "contender");
    trial.remaining_after = remaining_.after_this_trial();
    TrialOutcome outcome = run_trial(bench_, trial, log_);
    remaining_.done();
    experiment_.cache_keys_cleared += outcome.keys_cleared;
    if (arm == Arm::contender) note_rollback(outcome.rollback);
    for (const std::string& warning : outcome.result.warnings) {
      add_once(experiment_.warnings, fmt::format("{}: {}", trial.stage, warning));
    }
    for (const std::string& reason : wrong_cache(bench_.scenario(), outcome.result)) {
      add_once(invalid_reasons_, reason);
    }
    return sample_of(outcome.result);
  }

  // The first rollback that is not clean is the one to be told.
  void note_rollback(const Rollback& rollback) {
    const RollbackStatus so_far = experiment_.rollback.status;
    if (so_far == RollbackStatus::failed || so_far == RollbackStatus::different) return;
    experiment_.rollback = rollback;
  }

  static void add_once(std::vector<std::string>& lines, const std::string& line) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  }

  Workbench& bench_;
  const Change& change_;
  const AbOptions& options_;
  const std::filesystem::path& folder_;
  EventLog& log_;
  Experiment& experiment_;
  Remaining remaining_;
  std::vector<std::string> invalid_reasons_;
};

}  // namespace

AbOutcome run_ab(Workbench& bench, const Change& change, const AbOptions& options) {
  const auto started = Clock::now();
  const Scenario& scenario = bench.scenario();
  Experiment experiment;
  experiment.scenario = scenario.name;
  experiment.change = change.name;
  experiment.owner = change.owner;
  experiment.reason = change.reason;
  experiment.seed = scenario.seed;
  experiment.started_at = utc_now();
  experiment.cache_cleared = change.clear_cache;

  PendingFolder folder(options.results / scenario.name,
                       fmt::format("{}-ab-{}", folder_time(), change.name));
  EventLog log(folder.path() / "log.jsonl");
  log.add("start", {{"scenario", scenario.name}, {"change", change.name}});
  bench.prepare();
  Pairs pairs(bench, change, options, folder.path(), log, experiment);
  try {
    experiment.comparison = compare(pairs.run(), criteria_of(scenario, &change));
  } catch (...) {
    bench.put_back();
    throw;
  }
  auto& reasons = experiment.comparison.invalid_reasons;
  reasons.insert(reasons.end(), pairs.invalid_reasons().begin(), pairs.invalid_reasons().end());
  bench.restore_data();
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
  experiment.duration_s = std::chrono::duration<double>(Clock::now() - started).count();
  log.add("verdict", {{"exit_code", std::to_string(experiment.exit_code)}});
  write_whole_file(folder.path() / "scenario.json", scenario.text);
  write_whole_file(folder.path() / "change.json", change.text);
  write_experiment(folder.path(), experiment);
  return {experiment, folder.publish()};
}

RunOutcome run_once(Workbench& bench, const std::filesystem::path& results) {
  const Scenario& scenario = bench.scenario();
  PendingFolder folder(results / scenario.name, folder_time() + "-run");
  EventLog log(folder.path() / "log.jsonl");
  log.add("start", {{"scenario", scenario.name}});
  bench.prepare();
  TrialOptions trial;
  trial.folder = folder.path();
  trial.stage = "run";
  trial.remaining_after = Nanoseconds(0);
  RunOutcome outcome;
  outcome.result = run_trial(bench, trial, log).result;
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
  log.add("done");
  outcome.folder = folder.publish();
  return outcome;
}

}  // namespace tare
