// An arm that was measured before, as a person names it, and two of them against each other.
// Level: compare. Reads files; no state.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"
#include "tools/compare/stored_trials.h"

namespace tare {

struct MeasuredTrial {
  std::filesystem::path folder;  // absolute
  Sample sample;
};

struct MeasuredArm {
  std::string name;                   // as it was given
  std::filesystem::path folder;       // of the experiment or the run
  std::string arm;                    // of an experiment: baseline or contender; empty: one run
  Experiment experiment;              // of one run: only its scenario
  std::optional<Criteria> criteria;   // none: not stored with it
  std::string scenario_text;          // the copy beside it; empty: none
  std::vector<MeasuredTrial> trials;  // by number

  // Whether the experiment's change was in force.
  bool has_change() const { return arm == "contender"; }
};

// Throws UsageError unless it is the folder of a finished experiment.
void require_experiment(const std::string& name);

// FOLDER:baseline, FOLDER:contender, the folder of an experiment (its contender) or of a run.
// Throws UsageError for what is none of them (an unfinished experiment is told how to go on),
// FileProblems for what is broken in it.
MeasuredArm read_arm(const std::string& name, const TrialsRead& told = {});

// When it was measured: "2026-01-31 10:00 to 10:12 UTC".
std::string time_words(const MeasuredArm& arm);

// "contender of results/shop/A (change index), 10 trials, 2026-01-31 10:00 to 10:12 UTC".
std::string arm_words(const MeasuredArm& arm);

// Not judged yet: its pairs, criteria (the contender's), design and warnings in words, and the
// samples of its pairs. Trials are paired by number, as many as both have. `margins` go before the
// stored ones; groups in `allowed` may differ. Throws UsageError for arms of different scenarios or
// the same trials twice.
struct ComparedArms {
  Experiment experiment;
  std::vector<PairSample> samples;
};
ComparedArms pair_up(const MeasuredArm& baseline, const MeasuredArm& contender,
                     const std::map<std::string, double>& margins,
                     const std::set<std::string>& allowed = {});

}  // namespace tare
