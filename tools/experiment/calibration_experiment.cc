#include "tools/experiment/calibration_experiment.h"

#include <algorithm>

#include "bench/model/result_file.h"
#include "tools/compare/reanalysis.h"
#include "tools/compare/trial_guards.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/experiment_folder.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

// What trials, notes and tables call it; it applies nothing and has nothing to roll back.
Change no_change() {
  Change change;
  change.name = "calibrate";
  change.owner = "tare";
  change.reason = "A/A: both arms are the same, to learn what this machine can tell apart";
  change.variable = "nothing";
  change.rollback_note = "Nothing was changed.";
  return change;
}

Experiment begin_experiment(const Workbench& bench, const Change& change) {
  Experiment experiment;
  experiment.scenario = bench.scenario().name;
  experiment.change = change.name;
  experiment.owner = change.owner;
  experiment.reason = change.reason;
  experiment.seed = bench.scenario().seed;
  experiment.started_at = utc_now();
  experiment.design = {"A/A: pairs in random order, both arms the same, no change applied"};
  const std::vector<std::string>& lost = bench.claim().lost();
  experiment.design.insert(experiment.design.end(), lost.begin(), lost.end());
  return experiment;
}

// Within a budget the number of pairs is a bound; a look that settles nothing says so.
PairsOptions pairs_options(const CalibrationOptions& options, Clock::time_point started,
                           const std::filesystem::path& folder) {
  PairsOptions pairs{{options.pairs}, folder, {}, options.turn, {}};
  if (!options.budget) return pairs;
  pairs.looks = {std::min(kFewestCalibrated, options.pairs), options.pairs};
  pairs.until = started + *options.budget;
  return pairs;
}

}  // namespace

CalibrationOutcome run_calibration(const AbArms& arms, const CalibrationOptions& options) {
  Workbench& bench = arms.baseline;
  const auto started = Clock::now();
  const Change change = no_change();
  CalibrationOutcome outcome;
  Experiment& experiment = outcome.experiment;
  experiment = begin_experiment(bench, change);
  if (options.turn) experiment.design.front() = "A/A: " + turns_text(*options.turn);
  experiment.criteria = criteria_of(bench.scenario(), &change);
  experiment.criteria->limits.clear();
  PendingFolder folder(options.results / experiment.scenario, folder_time() + "-calibrate");
  EventLog log(folder.path() / "log.jsonl");
  log.add("start", {{"scenario", experiment.scenario}, {"change", change.name}});
  std::vector<PairSample> samples;
  try {
    bench.prepare();
    if (arms.apart()) arms.contender.prepare({}, &bench);
    if (arms.exchanged) arms.exchanged->baseline.prepare({}, &bench);
    if (arms.exchanged) arms.exchanged->contender.prepare({}, &bench);
    samples = run_pairs(arms, change, pairs_options(options, started, folder.path()),
                        *experiment.criteria, log, experiment);
    bench.restore_data();
    bench.leave_target();
  } catch (...) {
    bench.put_back();
    throw;
  }
  bench.say("resampling the pairs");
  const std::vector<PairSample> counting = untainted(samples, experiment.pairs);
  experiment.looks = {std::max(int(counting.size()), 1)};  // looks before were not acted upon
  experiment = judged(std::move(experiment), samples);
  experiment.duration_s = std::chrono::duration<double>(Clock::now() - started).count();
  Calibration& calibration = outcome.calibration;
  calibration = calibrate(counting, experiment.comparison, *experiment.criteria, options.within);
  calibration.scenario = experiment.scenario;
  calibration.started_at = experiment.started_at;
  calibration.duration_s = experiment.duration_s;
  calibration.tainted_pairs =
      int(std::count_if(experiment.pairs.begin(), experiment.pairs.end(),
                        [](const ExperimentPair& pair) { return !pair.tainted.empty(); }));
  log.add("calibrated", {{"exit_code", std::to_string(calibration.exit_code)}});
  write_whole_file(folder.path() / "scenario.json", bench.scenario().text);
  write_experiment(folder.path(), experiment);
  write_whole_file(folder.path() / "calibration.json", calibration_to_json(calibration));
  outcome.folder = folder.publish();
  return outcome;
}

}  // namespace tare
