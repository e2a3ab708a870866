#include "tools/experiment/ab_experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/model/random.h"
#include "bench/model/result_file.h"
#include "loaders/table_digest.h"
#include "tools/experiment/change_actions.h"
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
  Pairs(const AbArms& arms, const Change& change, const AbOptions& options,
        const std::filesystem::path& folder, EventLog& log, Experiment& experiment)
      : arms_(arms),
        change_(change),
        options_(options),
        folder_(folder),
        log_(log),
        experiment_(experiment),
        remaining_(arms.baseline.scenario().load, 2 * options.pairs) {}

  std::vector<PairSample> run() {
    if (rows_tell()) {
      arms_.contender
          .restore_data();  // a contender of its own was prepared with the change applied
      rows_at_start_ = table_digests(arms_.contender.postgres());
    }
    std::vector<PairSample> samples;
    for (int pair = 1; pair <= options_.pairs; ++pair) samples.push_back(run_pair(pair));
    return samples;
  }

  const std::vector<std::string>& invalid_reasons() const { return invalid_reasons_; }

 private:
  PairSample run_pair(int pair) {
    // Random, and balanced over every two pairs, so that what drifts leans on both arms alike.
    const bool odd = pair % 2 == 1;
    Random random(arms_.baseline.scenario().seed, kOrderStream, uint64_t(pair + (odd ? 1 : 0)));
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
    Workbench& bench = arm == Arm::baseline ? arms_.baseline : arms_.contender;
    TrialOptions trial;
    trial.arm = arm;
    trial.change = &change_;
    trial.folder = folder_ / place;
    if (pair == 1) trial.rows_at_start = rows_at_start_;
    trial.stage = fmt::format("pair {} of {}, {}", pair, options_.pairs,
                              arm == Arm::baseline ? "baseline" : "contender");
    trial.remaining_after = remaining_.after_this_trial();
    TrialOutcome outcome = run_trial(bench, trial, log_);
    remaining_.done();
    experiment_.cache_keys_cleared += outcome.keys_cleared;
    if (arm == Arm::contender) {
      note_rollback(outcome.rollback);
      note_schema(outcome.schema_changes);
    }
    for (const std::string& warning : outcome.result.warnings) {
      add_once(experiment_.warnings, fmt::format("{}: {}", trial.stage, warning));
    }
    for (const std::string& reason : wrong_cache(bench.scenario(), outcome.result)) {
      add_once(invalid_reasons_, reason);
    }
    return sample_of(outcome.result);
  }

  // Whether rows that differ after the rollback can only be the change's doing.
  bool rows_tell() const {
    const bool touches = applies<SqlAction>(change_) || applies<ShellAction>(change_);
    return touches && !writes_sql(arms_.contender.scenario());
  }

  // Only SQL and shell steps say that they change the schema.
  void note_schema(const std::vector<std::string>& changes) {
    experiment_.schema_changes = changes;
    if (changes.empty() || applies<SqlAction>(change_) || applies<ShellAction>(change_)) return;
    add_once(invalid_reasons_, fmt::format("the schema differs between the arms, and the change "
                                           "applies nothing that would: {}",
                                           changes.front()));
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

  const AbArms& arms_;
  const Change& change_;
  const AbOptions& options_;
  const std::filesystem::path& folder_;
  EventLog& log_;
  Experiment& experiment_;
  Remaining remaining_;
  std::map<std::string, std::string> rows_at_start_;
  std::vector<std::string> invalid_reasons_;
};

// The contender's scenario may need the change before its statements run at all.
void prepare(const AbArms& arms, const Change& change, EventLog& log) {
  arms.baseline.prepare();
  if (!arms.apart()) return;
  arms.contender.prepare([&] { ChangeActions(arms.contender, change, log).apply(); });
}

// Loaded twice, for two servers: the rows must be the same.
std::vector<std::string> different_data(const AbArms& arms) {
  std::vector<std::string> reasons;
  arms.baseline.restore_data();
  arms.contender.restore_data();
  const auto contender = table_digests(arms.contender.postgres());
  for (const auto& [table, digest] : table_digests(arms.baseline.postgres())) {
    const auto found = contender.find(table);
    if (found != contender.end() && found->second == digest) continue;
    reasons.push_back(fmt::format("the rows of table {} differ between the arms' servers", table));
  }
  return reasons;
}

// Leaves the servers as they were, for whoever looks next.
void leave(const AbArms& arms, const Change& change) {
  if (applies<PostgresSettingsAction>(change)) {
    arms.contender.refresh();
  } else {
    arms.contender.restore_data();
  }
}

}  // namespace

AbOutcome run_ab(const AbArms& arms, const Change& change, const AbOptions& options) {
  const auto started = Clock::now();
  const Scenario& scenario = arms.baseline.scenario();
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
  std::vector<PairSample> samples;
  Pairs pairs(arms, change, options, folder.path(), log, experiment);
  try {
    prepare(arms, change, log);
    samples = pairs.run();
    experiment.comparison = compare(samples, criteria_of(scenario, &change));
  } catch (...) {
    arms.contender.put_back();
    throw;
  }
  auto& reasons = experiment.comparison.invalid_reasons;
  reasons.insert(reasons.end(), pairs.invalid_reasons().begin(), pairs.invalid_reasons().end());
  if (change.binaries.any()) {
    for (std::string& reason : different_data(arms)) reasons.push_back(std::move(reason));
  }
  leave(arms, change);
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
  experiment.duration_s = std::chrono::duration<double>(Clock::now() - started).count();
  log.add("verdict", {{"exit_code", std::to_string(experiment.exit_code)}});
  write_whole_file(folder.path() / "scenario.json", scenario.text);
  write_whole_file(folder.path() / "change.json", change.text);
  write_experiment(folder.path(), experiment);
  if (options.note) {
    const PairSample& first = samples.front();
    write_whole_file(
        folder.path() / "note.md",
        options.note(experiment, first.baseline.result.environment,
                     first.contender.result.environment, first.baseline.result.index_review));
  }
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
  trial.index_costs = IndexCosts::measured;  // the sandbox's data: the next trial restores it
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
