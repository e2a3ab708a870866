// The experiment: pairs of trials in random order, and what they say together.
// Level: experiment. One thread; writes one folder of evidence.
#pragma once

#include <filesystem>

#include "bench/model/change.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/workbench.h"

namespace tare {

struct AbOptions {
  int pairs = 6;  // at least 2
  std::filesystem::path results = "results";
};

struct AbOutcome {
  Experiment experiment;
  std::filesystem::path folder;
};

// Calls bench.prepare(), runs the pairs, compares and publishes results/SCENARIO/TIME-ab-CHANGE.
// Throws FileProblems, ServerError, Interrupted; then no folder appears.
AbOutcome run_ab(Workbench& bench, const Change& change, const AbOptions& options);

// One run of the baseline alone: results/SCENARIO/TIME-run.
struct RunOutcome {
  Result result;
  std::vector<LimitResult> limits;
  std::vector<std::string> invalid_reasons;
  std::filesystem::path folder;
};
RunOutcome run_once(Workbench& bench, const std::filesystem::path& results);

}  // namespace tare
