// unfinished.json: an experiment that was cut short, with the pairs it has; what is needed to go
// on. Level: compare. Reads and writes files; no state. Schema: results/unfinished.schema.json.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tools/compare/experiment_file.h"

namespace tare {

struct Unfinished {
  std::filesystem::path scenario_file;  // absolute; the copies beside this file are as they were
  std::filesystem::path change_file;
  std::map<std::string, std::string> settings;  // --set
  int pairs = 0;                                // wanted
  int turn_ms = 0;                              // of loads that take turns; 0: they take none
  // What is known so far: no rows and no verdict, but the finished pairs, what is invalid already,
  // the rollback, the warnings.
  Experiment experiment;

  friend bool operator==(const Unfinished&, const Unfinished&) = default;
};

// Throws std::runtime_error when the disk refuses.
void write_unfinished(const std::filesystem::path& folder, const Unfinished& unfinished);

// Whether the folder holds an unfinished.json.
bool is_unfinished(const std::filesystem::path& folder);

// Throws UsageError when there is none (a finished experiment is named as such), FileProblems for
// what is wrong in it, and UsageError when a copy of the scenario or the change differs from the
// file it was made of: the pairs would not be of one experiment.
Unfinished read_unfinished(const std::filesystem::path& folder);

}  // namespace tare
