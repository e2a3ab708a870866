// The A/A experiment: pairs of trials of one scenario without a change, and what they say of the
// machine.
// Level: experiment. One thread; writes one folder of evidence.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "tools/compare/calibration.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/pairs.h"

namespace tare {

struct CalibrationOptions {
  int pairs = 20;  // or as many as the budget holds, if it is given
  std::optional<std::chrono::seconds> budget = {};  // for everything; no pair is begun after it
  std::optional<Nanoseconds> turn = {};             // see PairsOptions
  int within = 20;                                  // pairs in which margins are to be resolved
  std::filesystem::path results = "results";
};

struct CalibrationOutcome {
  Calibration calibration;
  Experiment experiment;  // the A/A experiment itself
  std::filesystem::path folder;
};

// Prepares the arms (one workbench for both, or two for turns), runs all pairs whatever they say,
// and publishes results/SCENARIO/TIME-calibrate: an experiment's folder with calibration.json. The
// scenario's limits are not judged. Throws as run_trial; then no folder appears.
CalibrationOutcome run_calibration(const AbArms& arms, const CalibrationOptions& options);

}  // namespace tare
