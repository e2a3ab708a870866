#include "tools/experiment/calibration_experiment.h"

#include <algorithm>

#include "bench/model/result_file.h"
#include "tools/compare/trial_guards.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/experiment_folder.h"
#include "tools/experiment/pairs.h"

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
  PairsOptions pairs{{options.pairs}, folder, {}, {}};
  if (!options.budget) return pairs;
  pairs.looks = {std::min(kFewestCalibrated, options.pairs), options.pairs};
  pairs.until = started + *options.budget;
  return pairs;
}

void judge(const std::vector<PairSample>& counting, const Criteria& criteria,
           Experiment& experiment) {
  std::vector<std::string> reasons = std::move(experiment.comparison.invalid_reasons);
  experiment.comparison = compare(counting, criteria);
  auto& all = experiment.comparison.invalid_reasons;
  if (std::string tainted = too_many_tainted(experiment.pairs); !tainted.empty()) {
    all.insert(all.begin(), std::move(tainted));
  }
  all.insert(all.end(), reasons.begin(), reasons.end());
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
}

}  // namespace

CalibrationOutcome run_calibration(Workbench& bench, const CalibrationOptions& options) {
  const auto started = Clock::now();
  const Change change = no_change();
  CalibrationOutcome outcome;
  Experiment& experiment = outcome.experiment;
  experiment = begin_experiment(bench, change);
  Criteria criteria = criteria_of(bench.scenario(), &change);
  criteria.limits.clear();
  PendingFolder folder(options.results / experiment.scenario, folder_time() + "-calibrate");
  EventLog log(folder.path() / "log.jsonl");
  log.add("start", {{"scenario", experiment.scenario}, {"change", change.name}});
  std::vector<PairSample> samples;
  try {
    bench.prepare();
    const AbArms arms{bench, bench};
    samples = run_pairs(arms, change, pairs_options(options, started, folder.path()), criteria, log,
                        experiment);
    bench.restore_data();
    bench.leave_target();
  } catch (...) {
    bench.put_back();
    throw;
  }
  bench.say("resampling the pairs");
  const std::vector<PairSample> counting = untainted(samples, experiment.pairs);
  criteria.levels = levels_of(1);  // whatever was seen before, it was not acted upon
  experiment.looks = {std::max(int(counting.size()), 1)};
  judge(counting, criteria, experiment);
  experiment.duration_s = std::chrono::duration<double>(Clock::now() - started).count();
  Calibration& calibration = outcome.calibration;
  calibration = calibrate(counting, experiment.comparison, criteria, options.within);
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
