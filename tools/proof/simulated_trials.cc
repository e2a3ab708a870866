#include "tools/proof/simulated_trials.h"

#include <cmath>

#include "tools/compare/looks.h"

namespace tare {

SimulatedTrials next_trials(SimulatedMachine& machine) {
  SimulatedTrials trials;
  machine.begin();
  BalancedOrder order;
  for (int pair = 0; pair < standard_looks().back(); ++pair) {
    trials.orders.push_back(order.next([&machine] { return machine.toss(); }));
    for (int i = 0; i < 2; ++i) {
      const double mood = machine.next_mood();
      trials.noise.push_back(mood + machine.own_noise());
    }
  }
  return trials;
}

Arms interleaved_arms(const SimulatedTrials& trials, double change, size_t count) {
  Arms arms;
  for (size_t i = 0; i < count; ++i) {
    const size_t contender = trials.orders[i] == PairOrder::baseline_first ? 1 : 0;
    arms.baseline.push_back(std::exp(trials.noise[2 * i + 1 - contender]));
    arms.contender.push_back((1 + change) * std::exp(trials.noise[2 * i + contender]));
  }
  return arms;
}

Arms sequential_arms(const SimulatedTrials& trials, double change, size_t count) {
  Arms arms;
  for (size_t i = 0; i < count; ++i) {
    arms.baseline.push_back(std::exp(trials.noise[i]));
    arms.contender.push_back((1 + change) * std::exp(trials.noise[count + i]));
  }
  return arms;
}

}  // namespace tare
