#include "tools/proof/simulated_promises.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tare {
namespace {

constexpr int kExperiments = 1'500;

double three_errors(double rate) {
  return 3 * std::sqrt(rate * (1 - rate) / kExperiments);
}

class SimulatedPromisesOf : public ::testing::TestWithParam<Machine> {};

TEST_P(SimulatedPromisesOf, AreKept) {
  const SimulatedPromises found = simulated_promises(GetParam(), kExperiments);
  EXPECT_LT(found.wrongly_not_worse, 0.025 + three_errors(0.025));
  EXPECT_GT(found.held_always, 0.93);
  // Where moods are much alike from trial to trial, balanced pairs hold a little more than 95 %.
  EXPECT_GT(found.held_once, 0.95 - three_errors(0.05));
  EXPECT_LT(found.held_once, 0.98);
}

INSTANTIATE_TEST_SUITE_P(Machines, SimulatedPromisesOf, ::testing::ValuesIn(kMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

TEST(SimulatedPromises, TableIsLabelled) {
  const std::string table = promises_table(20);
  EXPECT_NE(table.find("**simulated**"), std::string::npos);
  EXPECT_NE(table.find("| trended |"), std::string::npos);
  EXPECT_EQ(table.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace tare
