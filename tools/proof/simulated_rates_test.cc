#include "tools/proof/simulated_rates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tare {
namespace {

constexpr int kExperiments = 1'000;
const double kThreeErrorsOf1 = 3 * std::sqrt(0.01 * 0.99 / kExperiments);

const SimulatedRates& rates_of(const std::vector<SimulatedRates>& all, const std::string& rule,
                               Design design) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const SimulatedRates& each) {
    return each.rule == rule && each.design == design;
  });
  if (found == all.end()) {
    ADD_FAILURE() << "no rule " << rule;
    return all.front();
  }
  return *found;
}

class SimulatedRules : public ::testing::TestWithParam<Machine> {};

TEST_P(SimulatedRules, OursRaisesAFalseAlarmInAtMostOneOfAHundred) {
  const auto all = simulated_rates(GetParam(), kExperiments);
  for (const OwnRule& rule : kOwnRules) {
    const SimulatedRates& ours = rates_of(all, std::string(rule.name), Design::interleaved);
    EXPECT_LT(ours.false_alarms, 0.01 + kThreeErrorsOf1) << rule.name;
    // A gain alarms nobody: it has the interval's level.
    EXPECT_LT(ours.false_gains, 0.025 + 3 * std::sqrt(0.025 / kExperiments)) << rule.name;
    EXPECT_GE(ours.trials, 12);
    EXPECT_LE(ours.trials, 60);
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, SimulatedRules, ::testing::ValuesIn(kMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

// The claim: on a machine that drifts, arms measured one after the other differ, whatever the test.
TEST(SimulatedRules, TestsOfArmsInSequenceAlarmOnAMachineThatDrifts) {
  for (const Machine& machine : {kDrifting, kTrended}) {
    const auto all = simulated_rates(machine, kExperiments);
    for (const std::string rule : {"benchstat", "compare.py"}) {
      EXPECT_GT(rates_of(all, rule, Design::in_sequence).false_alarms, 0.15) << machine.name;
      EXPECT_LT(rates_of(all, rule, Design::interleaved).false_alarms, 0.05) << machine.name;
    }
  }
  const auto drifting = simulated_rates(kDrifting, kExperiments);
  EXPECT_GT(rates_of(drifting, "5 % limit, 7 and 1", Design::in_sequence).false_alarms, 0.05);
}

// A U test's level is its level, on a quiet machine: one side of 5 %.
TEST(SimulatedRules, TestsKeepTheirLevelWhereNothingDrifts) {
  const auto quiet = simulated_rates(kQuiet, kExperiments);
  for (const Design design : {Design::in_sequence, Design::interleaved}) {
    EXPECT_NEAR(rates_of(quiet, "benchstat", design).false_alarms, 0.022, 0.016);
    EXPECT_EQ(rates_of(quiet, "5 % limit, 7 and 1", design).false_alarms, 0);
  }
}

// Answering nothing would never be wrong.
TEST(SimulatedRules, OursFindsWhatIsThereAndSaysWhenNothingIs) {
  const SimulatedRates quiet = simulated_rates(kQuiet, kExperiments).front();
  EXPECT_GT(*quiet.alike, 0.99);
  EXPECT_LT(quiet.trials, 13);
  EXPECT_GT(quiet.found_5, 0.99);
  EXPECT_GT(simulated_rates(kNoisy, kExperiments).front().found_10, 0.95);
}

TEST(SimulatedRules, TableIsLabelledAndTheSameEveryTime) {
  const std::string table = simulated_table(20);
  EXPECT_EQ(table, simulated_table(20));
  EXPECT_TRUE(table.starts_with("**Simulated**, not measured"));
  EXPECT_NE(table.find("| drifting | benchstat | in sequence |"), std::string::npos);
  EXPECT_EQ(table.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace tare
