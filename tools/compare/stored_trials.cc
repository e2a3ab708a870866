#include "tools/compare/stored_trials.h"

#include <fmt/format.h>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "tools/compare/damaged_result.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class TrialReader {
 public:
  TrialReader(const fs::path& folder, const Experiment& experiment, const TrialsRead& told)
      : folder_(folder), experiment_(experiment), told_(told) {}

  Sample read(const std::string& place, const std::string& arm) {
    if (told_) told_(done_, 2 * experiment_.pairs.size());
    ++done_;
    const fs::path trial = folder_ / place;
    try {
      const Result result = read_result(trial);
      std::string why = why_foreign(result, arm, experiment_);
      if (why.empty()) why = why_damaged(result);
      if (!why.empty()) problems_.push_back({(trial / "result.json").string(), "", why});
      return sample_of(result);
    } catch (const FileProblems& broken) {
      problems_.insert(problems_.end(), broken.problems().begin(), broken.problems().end());
    } catch (const UsageError&) {
      problems_.push_back({trial.string(), "",
                           "this trial of the experiment is missing, or has no result.json: put "
                           "the folder back as it was"});
    }
    return {};
  }

  void require_all() {
    if (!problems_.empty()) throw FileProblems(std::move(problems_));
  }

 private:
  const fs::path& folder_;
  const Experiment& experiment_;
  const TrialsRead& told_;
  size_t done_ = 0;
  std::vector<Problem> problems_;
};

}  // namespace

std::string why_foreign(const Result& trial, const std::string& arm, const Experiment& experiment) {
  const auto not_of = [](const std::string& what, const std::string& is,
                         const std::string& should) {
    return fmt::format(
        "is no trial of this experiment: its {} is \"{}\", and not \"{}\"; put the right file back",
        what, is, should);
  };
  if (trial.scenario != experiment.scenario) {
    return not_of("scenario", trial.scenario, experiment.scenario);
  }
  if (trial.change != experiment.change) return not_of("change", trial.change, experiment.change);
  if (trial.arm != arm) return not_of("arm", trial.arm, arm);
  const auto seed = trial.environment.generator.find("seed");
  const std::string wanted = std::to_string(experiment.seed);
  if (seed != trial.environment.generator.end() && seed->second != wanted) {
    return not_of("seed", seed->second, wanted);
  }
  return "";
}

std::vector<PairSample> read_pairs(const fs::path& folder, const Experiment& experiment,
                                   const TrialsRead& told) {
  TrialReader reader(folder, experiment, told);
  std::vector<PairSample> samples;
  for (const ExperimentPair& pair : experiment.pairs) {
    Sample baseline = reader.read(pair.baseline, "baseline");
    samples.push_back({std::move(baseline), reader.read(pair.contender, "contender"), pair.order});
  }
  reader.require_all();
  return samples;
}

}  // namespace tare
