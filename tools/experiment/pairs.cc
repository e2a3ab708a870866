#include "tools/experiment/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/model/random.h"
#include "bench/model/result_file.h"
#include "loaders/table_digest.h"
#include "tools/compare/stored_trials.h"
#include "tools/experiment/trial.h"
#include "tools/experiment/trial_result.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kOrderStream = 3;
constexpr int kFewestPairs = 2;                                    // one has no interval
constexpr Nanoseconds kGuessedOverhead = std::chrono::seconds(4);  // restart, restore, plans

// How long what is left will take, from what was done so far.
class Remaining {
 public:
  Remaining(const Load& load, int trials, std::optional<Clock::time_point> until)
      : guess_(load.warmup + load.measure + kGuessedOverhead), trials_(trials), until_(until) {}

  Nanoseconds after_this_trial() const {
    const Nanoseconds all = (trials_ - done_ - 1) * per_trial();
    if (!until_) return all;
    const Nanoseconds left = *until_ - Clock::now() - per_trial();
    return std::clamp(left, Nanoseconds(0), all);
  }
  bool room_for_a_pair() const { return !until_ || Clock::now() + 2 * per_trial() <= *until_; }
  void done() { ++done_; }

 private:
  Nanoseconds per_trial() const {
    return done_ == 0 ? guess_ : Nanoseconds(Clock::now() - started_) / done_;
  }

  Nanoseconds guess_;
  int trials_;
  std::optional<Clock::time_point> until_;
  int done_ = 0;
  Clock::time_point started_ = Clock::now();
};

class Pairs {
 public:
  Pairs(const AbArms& arms, const Change& change, const PairsOptions& options, EventLog& log,
        Experiment& experiment)
      : arms_(arms),
        change_(change),
        options_(options),
        log_(log),
        experiment_(experiment),
        remaining_(arms.baseline.scenario().load,
                   2 * (options.looks.back() - int(experiment.pairs.size())), options.until) {}

  std::vector<PairSample> run() {
    if (rows_tell()) {
      arms_.contender
          .restore_data();  // a contender of its own was prepared with the change applied
      rows_at_start_ = table_digests(arms_.contender.postgres());
    }
    std::vector<PairSample> samples = finished_before();
    while (int(samples.size()) < options_.looks.back() && !is_settled(samples)) {
      samples.push_back(run_pair(int(samples.size()) + 1));
    }
    return samples;
  }

 private:
  bool is_settled(const std::vector<PairSample>& samples) const {
    const int pairs = int(samples.size());
    if (pairs >= kFewestPairs && !remaining_.room_for_a_pair()) return true;
    const bool look =
        std::find(options_.looks.begin(), options_.looks.end(), pairs) != options_.looks.end();
    return look && options_.settled && options_.settled(samples);
  }

  // The pairs of an experiment that is resumed, as they were written.
  std::vector<PairSample> finished_before() const {
    return read_pairs(options_.folder, experiment_);
  }

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
    sample.order = entry.order;
    return sample;
  }

  Sample run_arm(int pair, Arm arm, const std::string& place) {
    Workbench& bench = arm == Arm::baseline ? arms_.baseline : arms_.contender;
    TrialOptions trial;
    trial.arm = arm;
    trial.change = &change_;
    trial.folder = options_.folder / place;
    const bool may_stay = bench.freshness() == Freshness::in_place;
    if (pair == 1 || may_stay) trial.rows_at_start = rows_at_start_;
    trial.stage =
        fmt::format("pair {} of {}{}, {}", pair, options_.looks.size() > 1 ? "at most " : "",
                    options_.looks.back(), arm == Arm::baseline ? "baseline" : "contender");
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
    if (pair == 1 && outcome.result.cache) {  // the other trials say the same in other figures
      for (const std::string& finding : outcome.result.cache->findings) {
        add_once(experiment_.warnings, fmt::format("{}: {}", outcome.result.arm, finding));
      }
    }
    for (const std::string& reason : wrong_cache(bench.scenario(), outcome.result)) {
      add_once(experiment_.found_invalid, reason);
    }
    // As whoever recomputes the verdict will read it.
    return sample_of(read_result(trial.folder));
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
    add_once(experiment_.found_invalid,
             fmt::format("the schema differs between the arms, and the change "
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
  const PairsOptions& options_;
  EventLog& log_;
  Experiment& experiment_;
  Remaining remaining_;
  std::map<std::string, std::string> rows_at_start_;
};

}  // namespace

std::vector<PairSample> run_pairs(const AbArms& arms, const Change& change,
                                  const PairsOptions& options, EventLog& log,
                                  Experiment& experiment) {
  return Pairs(arms, change, options, log, experiment).run();
}

}  // namespace tare
