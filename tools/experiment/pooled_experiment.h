// A repeat of a finished experiment: its pairs count too, so that who repeats what failed asks the
// same question once more, and not another one.
// Level: experiment. Free functions on files.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "bench/model/scenario.h"
#include "tools/compare/experiment_file.h"

namespace tare {

struct PooledExperiment {
  std::filesystem::path folder;
  Experiment experiment;
  Environment environment;  // of its first baseline
};

// Throws UsageError when the folder holds no experiment that can be repeated: an invalid one, one
// that does not follow from its trials, that was repeated already or weighs no change; FileProblems
// for what is broken.
PooledExperiment read_pooled(const std::filesystem::path& folder);

// What the repeat runs.
struct Repeat {
  const Scenario& scenario;
  const std::string& change;  // its text
  const std::map<std::string, std::string>& settings;
  std::optional<Nanoseconds> turn;
};

// Throws UsageError naming what is not as it was: the scenario, the change, --set, --interleave.
void require_same_question(const PooledExperiment& pooled, const Repeat& repeat);

// The same for the machine and the programs, as they are now.
void require_same_place(const PooledExperiment& pooled, const Environment& now);

// Leaves a note of the repeat in its folder, so that it is not repeated beside that: pairs that may
// be drawn again and again are no evidence. Throws std::runtime_error when the disk refuses.
void mark_repeated(const PooledExperiment& pooled, const std::string& by);

// Its trials into `to`; its pairs, and what was seen while they were measured, into `experiment`.
void take_over(const PooledExperiment& pooled, const std::filesystem::path& to,
               Experiment& experiment);

}  // namespace tare
