// From an experiment's pairs and what is stored beside them to its verdict: the one way there, for
// the experiment itself and for whoever recomputes it later.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/compare/experiment_file.h"

namespace tare {

// With its comparison and exit code made anew. `samples` are those of its pairs, in their order;
// the levels follow from its looks. Throws std::invalid_argument without criteria.
Experiment judged(Experiment experiment, const std::vector<PairSample>& samples);

// The experiment's pairs with what taints them found anew, each from its trials and those before.
// `samples` are those of its pairs. Throws std::invalid_argument without criteria.
std::vector<ExperimentPair> tainted_anew(const Experiment& experiment,
                                         const std::vector<PairSample>& samples);

// Both: what a finished experiment says by its trials alone.
Experiment made_anew(Experiment experiment, const std::vector<PairSample>& samples);

// Where two texts of experiment.json decide differently, a line each: the exit code, the verdict,
// the reasons, what taints the pairs, and every figure of the comparison, to the last bit. Both
// must be readable by experiment_from_json.
std::vector<std::string> differences(std::string_view stored, std::string_view recomputed);

}  // namespace tare
