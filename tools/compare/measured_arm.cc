#include "tools/compare/measured_arm.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "tools/compare/criteria_file.h"
#include "tools/compare/damaged_result.h"
#include "tools/compare/reanalysis.h"
#include "tools/compare/unfinished_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

bool holds(const fs::path& folder, const char* file) {
  std::error_code ignored;
  return fs::is_regular_file(folder / file, ignored);
}

// The folder and the arm that a name speaks of. A folder's own name may hold a colon.
std::pair<fs::path, std::string> parts_of(const std::string& name) {
  std::error_code ignored;
  for (const std::string arm : {"baseline", "contender"}) {
    if (!name.ends_with(":" + arm) || fs::is_directory(name, ignored)) continue;
    return {name.substr(0, name.size() - arm.size() - 1), arm};
  }
  return {name, ""};
}

void require_measured(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw UsageError(
        fmt::format("{} is not a folder; name the folder of an experiment or a run, as `tare ab` "
                    "and `tare run` print it",
                    folder.string()));
  }
  if (holds(folder, "experiment.json") || holds(folder, "result.json")) return;
  if (is_unfinished(folder)) {
    throw UsageError(
        fmt::format("{} is not finished, so it has no verdict yet: go on with tare ab --resume {}",
                    folder.string(), folder.string()));
  }
  throw UsageError(
      fmt::format("{} holds neither experiment.json nor result.json", folder.string()));
}

MeasuredArm read_run(MeasuredArm arm, const std::string& wanted) {
  if (!wanted.empty()) {
    throw UsageError(fmt::format("{} is a single run, without arms: name it without \":{}\"",
                                 arm.folder.string(), wanted));
  }
  Result result = read_result(arm.folder);
  if (const std::string why = why_damaged(result); !why.empty()) {
    throw FileProblems({{(arm.folder / "result.json").string(), "", why}});
  }
  arm.experiment.scenario = result.scenario;
  arm.criteria = read_criteria(arm.folder);
  arm.trials.push_back({fs::absolute(arm.folder), sample_of(result)});
  return arm;
}

// "2026-01-31T10:00:00Z" -> "2026-01-31 10:00"
std::string minute_of(const MeasuredTrial& trial) {
  const std::string& time = trial.sample.result.started_at;
  if (time.size() < 16) return "unknown time";
  return time.substr(0, 10) + " " + time.substr(11, 5);
}

}  // namespace

void require_experiment(const std::string& name) {
  const auto [folder, arm] = parts_of(name);
  require_measured(folder);
  if (!holds(folder, "experiment.json")) {
    throw UsageError(
        fmt::format("{} is a single run, which has no verdict to recompute: name a second folder "
                    "to compare it with, or an experiment",
                    name));
  }
  if (!arm.empty()) {
    throw UsageError(fmt::format(
        "{} is one arm: name a second one to compare it with, or the folder alone to recompute "
        "its verdict",
        name));
  }
}

MeasuredArm read_arm(const std::string& name, const TrialsRead& told) {
  const auto [folder, wanted] = parts_of(name);
  require_measured(folder);
  MeasuredArm arm;
  arm.name = name;
  arm.folder = folder;
  if (holds(folder, "scenario.json")) arm.scenario_text = read_whole_file(folder / "scenario.json");
  if (!holds(folder, "experiment.json")) return read_run(std::move(arm), wanted);
  arm.arm = wanted.empty() ? "contender" : wanted;
  arm.experiment = read_experiment(folder);
  arm.criteria = arm.experiment.criteria;
  std::vector<PairSample> samples = read_pairs(folder, arm.experiment, told);
  if (arm.criteria) arm.experiment.pairs = tainted_anew(arm.experiment, samples);
  for (size_t i = 0; i < samples.size(); ++i) {
    const ExperimentPair& pair = arm.experiment.pairs[i];
    if (!pair.tainted.empty()) continue;
    const fs::path absolute = fs::absolute(folder);
    if (arm.has_change()) {
      arm.trials.push_back({absolute / pair.contender, std::move(samples[i].contender)});
    } else {
      arm.trials.push_back({absolute / pair.baseline, std::move(samples[i].baseline)});
    }
  }
  if (arm.trials.empty()) {
    throw UsageError(fmt::format("{} has no trials, or all are tainted", folder.string()));
  }
  return arm;
}

std::string time_words(const MeasuredArm& arm) {
  const std::string first = minute_of(arm.trials.front()), last = minute_of(arm.trials.back());
  if (last == first) return first + " UTC";
  const bool same_day = last.substr(0, 11) == first.substr(0, 11);
  return fmt::format("{} to {} UTC", first, same_day ? last.substr(11) : last);
}

std::string arm_words(const MeasuredArm& arm) {
  std::string words = arm.arm.empty() ? fmt::format("the run {}", arm.folder.string())
                                      : fmt::format("{} of {}", arm.arm, arm.folder.string());
  if (arm.has_change()) words += fmt::format(" (change {})", arm.experiment.change);
  return words + fmt::format(", {} trial{}, {}", arm.trials.size(),
                             arm.trials.size() == 1 ? "" : "s", time_words(arm));
}

}  // namespace tare
