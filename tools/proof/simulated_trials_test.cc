#include "tools/proof/simulated_trials.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

std::vector<double> sorted_logs(const Arms& arms, double change) {
  std::vector<double> logs;
  for (const double value : arms.baseline) logs.push_back(std::log(value));
  for (const double value : arms.contender) logs.push_back(std::log(value / (1 + change)));
  std::sort(logs.begin(), logs.end());
  return logs;
}

// Both designs deal out the same trials, and slow down the contender's alone.
TEST(SimulatedTrials, BothDesignsHaveTheSameNoise) {
  SimulatedMachine machine(kNoisy, 3);
  const SimulatedTrials trials = next_trials(machine);
  ASSERT_EQ(trials.noise.size(), 60u);
  std::vector<double> noise(trials.noise.begin(), trials.noise.begin() + 20);
  std::sort(noise.begin(), noise.end());
  for (const double change : {0.0, 0.10}) {
    const auto paired = sorted_logs(interleaved_arms(trials, change, 10), change);
    const auto apart = sorted_logs(sequential_arms(trials, change, 10), change);
    for (size_t i = 0; i < noise.size(); ++i) {
      EXPECT_NEAR(paired[i], noise[i], 1e-12);
      EXPECT_NEAR(apart[i], noise[i], 1e-12);
    }
  }
}

TEST(SimulatedTrials, OrdersAreRandomAndBalancedOverTwoPairs) {
  SimulatedMachine machine(kQuiet, 3);
  int first = 0;
  for (int i = 0; i < 100; ++i) {
    const SimulatedTrials trials = next_trials(machine);
    for (size_t pair = 0; pair < trials.orders.size(); pair += 2) {
      EXPECT_NE(trials.orders[pair], trials.orders[pair + 1]);
      first += trials.orders[pair] == PairOrder::baseline_first ? 1 : 0;
    }
  }
  EXPECT_NEAR(first, 750, 4 * std::sqrt(375));
}

TEST(SimulatedTrials, TheBaselineOfAPairIsTheTrialThatItsOrderSays) {
  SimulatedMachine machine(kQuiet, 3);
  const SimulatedTrials trials = next_trials(machine);
  const Arms arms = interleaved_arms(trials, 0, 2);
  for (size_t i = 0; i < 2; ++i) {
    const size_t place = 2 * i + (trials.orders[i] == PairOrder::baseline_first ? 0 : 1);
    EXPECT_NEAR(std::log(arms.baseline[i]), trials.noise[place], 1e-12);
  }
}

}  // namespace
}  // namespace tare
