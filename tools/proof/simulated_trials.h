// Trials of a made-up machine, dealt out to two arms.
// Level: proof. Pure functions but for the machine, which one thread owns.
#pragma once

#include <vector>

#include "tools/compare/simulated_machine.h"
#include "tools/proof/rival_rules.h"

namespace tare {

// What the machine adds to each of an experiment's trials, in logarithms, and who would run first
// in each pair: as many pairs as the standard looks can ask for.
struct SimulatedTrials {
  std::vector<double> noise;
  std::vector<PairOrder> orders;
};

SimulatedTrials next_trials(SimulatedMachine& machine);

// The same trials as pairs in random order, or the baseline's first; the contender takes 1 + change
// times as long. `count` trials of each arm, at most half of them all.
Arms interleaved_arms(const SimulatedTrials& trials, double change, size_t count);
Arms sequential_arms(const SimulatedTrials& trials, double change, size_t count);

}  // namespace tare
