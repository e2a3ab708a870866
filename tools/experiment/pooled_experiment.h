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

// A note of the repeat in the folder of what it repeats, so that nothing else repeats that: pairs
// that may be drawn again and again are no evidence. Taken back when nothing of the repeat is kept.
class RepeatMark {
 public:
  // Throws UsageError when it is there already, or cannot be written.
  RepeatMark(const PooledExperiment& pooled, const std::string& by);
  ~RepeatMark();
  RepeatMark(const RepeatMark&) = delete;
  RepeatMark& operator=(const RepeatMark&) = delete;

  void keep() { kept_ = true; }

 private:
  std::filesystem::path file_;
  bool kept_ = false;
};

// Its trials into `to`; its pairs, and what was seen while they were measured, into `experiment`.
void take_over(const PooledExperiment& pooled, const std::filesystem::path& to,
               Experiment& experiment);

}  // namespace tare
