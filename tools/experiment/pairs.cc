#include "tools/experiment/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <tuple>

#include "bench/model/random.h"
#include "bench/model/result_file.h"
#include "bench/model/turns.h"
#include "loaders/table_digest.h"
#include "tools/compare/stored_trials.h"
#include "tools/compare/trial_guards.h"
#include "tools/experiment/trial.h"
#include "tools/experiment/trial_result.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kOrderStream = 3, kFirstStream = 5;             // turns.cc draws from 4
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
  void add(int trials) { trials_ += trials; }

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
  Pairs(const AbArms& arms, const Change& change, const PairsOptions& options,
        const Criteria& criteria, EventLog& log, Experiment& experiment)
      : arms_(arms),
        change_(change),
        options_(options),
        criteria_(criteria),
        log_(log),
        experiment_(experiment),
        remaining_(arms.baseline.scenario().load,
                   2 * (options.looks.back() - pairs_begun(experiment)), options.until) {}

  std::vector<PairSample> run() {
    if (rows_tell()) {
      arms_.contender
          .restore_data();  // a contender of its own was prepared with the change applied
      rows_at_start_ = table_digests(arms_.contender.postgres());
    }
    std::vector<PairSample> samples = finished_before();
    while (const auto number = next_number()) {
      if (is_settled(samples) || beyond_repair(experiment_.pairs, most_pairs())) break;
      samples.push_back(run_pair(*number, samples));
    }
    return samples;
  }

 private:
  int most_pairs() const { return options_.looks.back(); }

  // Looked at when the last pair is sound: a tainted one is measured again before.
  bool is_settled(const std::vector<PairSample>& samples) const {
    const int pairs = int(untainted(samples, experiment_.pairs).size());
    if (pairs >= kFewestPairs && !remaining_.room_for_a_pair()) return true;
    const bool sound = !experiment_.pairs.empty() && experiment_.pairs.back().tainted.empty();
    const bool look = sound && std::find(options_.looks.begin(), options_.looks.end(), pairs) !=
                                   options_.looks.end();
    return look && options_.settled && options_.settled(samples);
  }

  // The pairs of an experiment that is resumed, as they were written.
  std::vector<PairSample> finished_before() const {
    return read_pairs(options_.folder, experiment_);
  }

  // A tainted pair is measured again at once, under its number, while the bound allows; what an
  // interrupted experiment has tells as well where it stood.
  std::optional<int> next_number() const {
    const int begun = pairs_begun(experiment_);
    const int repeats = int(experiment_.pairs.size()) - begun;
    const bool tainted = begun > 0 && !experiment_.pairs.back().tainted.empty();
    if (tainted && begun <= most_pairs() && repeats < most_repeats(most_pairs())) return begun;
    if (begun >= most_pairs()) return std::nullopt;
    return begun + 1;
  }

  // How often a pair of this number was measured already.
  int times_measured(int number) const {
    return int(
        std::count_if(experiment_.pairs.begin(), experiment_.pairs.end(),
                      [number](const ExperimentPair& pair) { return pair.number == number; }));
  }

  // Balanced over the numbers, so a repeat has the order of the first.
  PairOrder order_of(int pair) const {
    // Random, and balanced over every two pairs, so that what drifts leans on both arms alike.
    const bool odd = pair % 2 == 1;
    Random random(arms_.baseline.scenario().seed, kOrderStream, uint64_t(pair + (odd ? 1 : 0)));
    const bool contender_first = (random.below(2) == 1) == odd;
    return contender_first ? PairOrder::contender_first : PairOrder::baseline_first;
  }

  PairSample run_pair(int pair, const std::vector<PairSample>& before_it) {
    const int before = times_measured(pair);
    const std::string again = before == 0 ? "" : fmt::format("-again-{}", before);
    if (before > 0) {
      arms_.baseline.say(
          fmt::format("pair {} is repeated: {}", pair, experiment_.pairs.back().tainted.front()),
          remaining_.after_this_trial());
      remaining_.add(2);
    }
    ExperimentPair entry;
    entry.number = pair;
    entry.order = options_.turn ? PairOrder::in_turns : order_of(pair);
    entry.baseline = fmt::format("trials/{:02}-baseline{}", pair, again);
    entry.contender = fmt::format("trials/{:02}-contender{}", pair, again);
    PairSample sample;
    if (options_.turn) {
      std::tie(sample.baseline, sample.contender) = run_in_turns(entry);
    } else if (entry.order == PairOrder::contender_first) {
      sample.contender = run_arm(pair, Arm::contender, entry.contender);
      sample.baseline = run_arm(pair, Arm::baseline, entry.baseline);
    } else {
      sample.baseline = run_arm(pair, Arm::baseline, entry.baseline);
      sample.contender = run_arm(pair, Arm::contender, entry.contender);
    }
    entry.tainted = reasons_tainted(sample, before_it, criteria_);
    for (const std::string& reason : entry.tainted) {
      log_.add("tainted", {{"pair", std::to_string(pair)}, {"reason", reason}});
    }
    experiment_.pairs.push_back(entry);
    sample.order = entry.order;
    return sample;
  }

  Sample run_arm(int pair, Arm arm, const std::string& place) {
    const TrialOptions trial = trial_options(pair, arm, place);
    return noted(pair, trial, run_trial(bench_of(arms_, arm), trial, log_));
  }

  // Both trials at once. When one fails the other ends at their next meeting.
  std::pair<Sample, Sample> run_in_turns(const ExperimentPair& entry) {
    Meeting meeting;
    const auto arrivals =
        arrivals_in_turns(arms_.baseline.scenario(), *options_.turn, uint64_t(entry.number));
    TrialOptions baseline = trial_options(entry.number, Arm::baseline, entry.baseline);
    TrialOptions contender = trial_options(entry.number, Arm::contender, entry.contender);
    baseline.turns = InTurns{arrivals.first, *options_.turn, &meeting};
    contender.turns = InTurns{arrivals.second, *options_.turn, &meeting};
    const bool elsewhere = order_of(entry.number) == PairOrder::contender_first;
    const AbArms& arms = arms_.exchanged && elsewhere ? *arms_.exchanged : arms_;
    const auto run = [this, &meeting, &arms](const TrialOptions& trial) {
      try {
        TrialOutcome outcome = run_trial(bench_of(arms, trial.arm), trial, log_);
        meeting.leave();
        return outcome;
      } catch (...) {
        meeting.abandon();
        throw;
      }
    };
    // Neither is always the first to be made fresh, nor always on the thread that waits.
    Random random(arms.baseline.scenario().seed, kFirstStream, uint64_t(entry.number));
    const bool swap = random.below(2) == 1;
    const TrialOptions &first = swap ? contender : baseline, &second = swap ? baseline : contender;
    make_fresh(bench_of(arms, first.arm), first, log_);
    make_fresh(bench_of(arms, second.arm), second, log_);
    auto later = std::async(std::launch::async, run, std::cref(second));
    std::optional<TrialOutcome> here;
    try {
      here = run(first);  // when it throws, the other one is waited for
    } catch (const Abandoned&) {
    }
    TrialOutcome other = later.get();  // throws what made it abandon the first
    TrialOutcome one = std::move(here).value();
    const TrialOutcome &before = swap ? other : one, &after = swap ? one : other;
    Sample sample = noted(entry.number, baseline, before);
    return {std::move(sample), noted(entry.number, contender, after)};
  }

  static Workbench& bench_of(const AbArms& arms, Arm arm) {
    return arm == Arm::baseline ? arms.baseline : arms.contender;
  }

  TrialOptions trial_options(int pair, Arm arm, const std::string& place) const {
    TrialOptions trial;
    trial.arm = arm;
    trial.change = &change_;
    trial.folder = options_.folder / place;
    const bool may_stay = bench_of(arms_, arm).freshness() == Freshness::in_place;
    if (experiment_.pairs.empty() || may_stay) trial.rows_at_start = rows_at_start_;
    const char* both = options_.turn ? "both arms" : nullptr;
    trial.stage = fmt::format("pair {} of {}{}, {}", pair,
                              options_.looks.size() > 1 ? "at most " : "", most_pairs(),
                              both                   ? both
                              : arm == Arm::baseline ? "baseline"
                                                     : "contender");
    trial.remaining_after = remaining_.after_this_trial();
    return trial;
  }

  // What the trial means for the experiment.
  Sample noted(int pair, const TrialOptions& trial, const TrialOutcome& outcome) {
    remaining_.done();
    experiment_.cache_keys_cleared += outcome.keys_cleared;
    if (trial.arm == Arm::contender) {
      note_rollback(outcome.rollback);
      experiment_.schema_changes = outcome.schema_changes;
    }
    for (const std::string& warning : outcome.result.warnings) {
      add_once(experiment_.warnings, fmt::format("{}: {}", trial.stage, warning));
    }
    if (pair == 1) {  // the other trials say the same in other figures
      for (const std::string& finding : findings_of(outcome.result)) {
        add_once(experiment_.warnings, fmt::format("{}: {}", outcome.result.arm, finding));
      }
    }
    for (const std::string& reason :
         wrong_cache(bench_of(arms_, trial.arm).scenario(), outcome.result)) {
      add_once(experiment_.found_invalid, reason);
    }
    // As whoever recomputes the verdict will read it.
    return sample_of(read_result(trial.folder));
  }

  static std::vector<std::string> findings_of(const Result& result) {
    std::vector<std::string> findings;
    if (result.cache) findings = result.cache->findings;
    if (result.session_plans) {
      findings.insert(findings.end(), result.session_plans->findings.begin(),
                      result.session_plans->findings.end());
    }
    return findings;
  }

  // Whether rows that differ after the rollback can only be the change's doing.
  bool rows_tell() const {
    const bool touches = applies<SqlAction>(change_) || applies<ShellAction>(change_);
    return touches && !writes_sql(arms_.contender.scenario());
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
  const Criteria& criteria_;
  EventLog& log_;
  Experiment& experiment_;
  Remaining remaining_;
  std::map<std::string, std::string> rows_at_start_;
};

}  // namespace

std::string turns_text(Nanoseconds turn) {
  return fmt::format(
      "both arms of a pair at once, each on its own servers, restarted and restored for every "
      "pair; their loads take turns of {:g} ms in random order",
      std::chrono::duration<double, std::milli>(turn).count());
}

std::vector<PairSample> run_pairs(const AbArms& arms, const Change& change,
                                  const PairsOptions& options, const Criteria& criteria,
                                  EventLog& log, Experiment& experiment) {
  return Pairs(arms, change, options, criteria, log, experiment).run();
}

}  // namespace tare
