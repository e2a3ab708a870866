// The experiment: pairs of trials in random order, and what they say together.
// Level: experiment. One thread; writes one folder of evidence.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "bench/model/change.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/workbench.h"

namespace tare {

// Writes note.md: the experiment, what the arms of its first pair ran on, and the index review of
// that baseline.
using NoteWriter = std::function<std::string(
    const Experiment& experiment, const Environment& baseline, const Environment& contender,
    const std::optional<IndexReview>& index_review)>;

struct AbOptions {
  int pairs = 6;  // at least 2
  std::filesystem::path results = "results";
  NoteWriter note;  // empty: none
};

// One workbench for both arms, unless the contender runs other programs or a patched scenario.
struct AbArms {
  Workbench& baseline;
  Workbench& contender;

  bool apart() const { return &baseline != &contender; }
};

struct AbOutcome {
  Experiment experiment;
  std::filesystem::path folder;
};

// Prepares the arms, runs the pairs, compares and publishes results/SCENARIO/TIME-ab-CHANGE.
// Throws FileProblems, ServerError, Interrupted; then no folder appears.
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
