// The trials of an experiment, read from its folder: all of them there, each its own.
// Level: compare. Reads files; no state.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "bench/model/problem.h"
#include "tools/compare/experiment_file.h"

namespace tare {

// Told before each trial is read: how many have been, of so many.
using TrialsRead = std::function<void(size_t done, size_t all)>;

// One for each pair of the experiment, in their order. Throws FileProblems that name every trial
// that is missing, broken or of another experiment.
std::vector<PairSample> read_pairs(const std::filesystem::path& folder,
                                   const Experiment& experiment, const TrialsRead& told = {});

// Why this result is not what the experiment says it has in that place; empty: it is. `arm` is
// "baseline" or "contender".
std::string why_foreign(const Result& trial, const std::string& arm, const Experiment& experiment);

}  // namespace tare
