// The experiment: pairs of trials in random order, and what they say together.
// Level: experiment. One thread; writes one folder of evidence.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/model/change.h"
#include "tools/compare/experiment_file.h"
#include "tools/compare/unfinished_file.h"
#include "tools/experiment/pairs.h"
#include "tools/experiment/pooled_experiment.h"
#include "tools/experiment/workbench.h"

namespace tare {

// Writes note.md: the experiment, what the arms of its first pair ran on, and the index review of
// that baseline.
using NoteWriter = std::function<std::string(
    const Experiment& experiment, const Environment& baseline, const Environment& contender,
    const std::optional<IndexReview>& index_review)>;

struct AbOptions {
  std::vector<int> looks = {6};  // numbers of pairs, rising; the first that settles it is the last
  std::optional<std::chrono::seconds> budget = {};  // for everything; none: until the last look
  std::optional<Nanoseconds> turn = {};             // of loads that take turns; see PairsOptions
  std::filesystem::path results = "results";
  NoteWriter note;                                   // empty: none
  std::map<std::string, std::string> settings = {};  // --set, for whoever goes on with it
  std::set<std::string> allowed = {};  // groups of the environment that may differ undeclared

  // An experiment to go on with, and its folder; `looks` count the pairs it has.
  std::optional<Unfinished> resumed = {};
  std::filesystem::path resumed_folder = {};

  // A finished experiment that this one repeats: its pairs count too, and `looks` count them.
  std::optional<PooledExperiment> pooled = {};
  int repeats = 0;  // of LooksPlan; that of an experiment that is resumed stays

  // Told where the finished pairs of an experiment that is cut short are kept, and how many.
  std::function<void(const std::filesystem::path& folder, size_t pairs)> kept = {};
};

struct AbOutcome {
  Experiment experiment;
  std::filesystem::path folder;
};

// Prepares the arms, runs the pairs, compares and publishes results/SCENARIO/TIME-ab-CHANGE.
// Throws FileProblems, ServerError, RollbackFailed, Interrupted; then the pairs that are finished
// are kept in TIME-ab-CHANGE-unfinished, and without any no folder appears.
AbOutcome run_ab(const AbArms& arms, const Change& change, const AbOptions& options);

// One run of the baseline alone: results/SCENARIO/TIME-run.
struct RunOutcome {
  Result result;
  std::vector<LimitResult> limits;
  std::vector<std::string> invalid_reasons;
  std::filesystem::path folder;
};
RunOutcome run_once(Workbench& bench, const std::filesystem::path& results);

}  // namespace tare
