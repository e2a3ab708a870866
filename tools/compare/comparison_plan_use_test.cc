#include <gtest/gtest.h>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

// Of ten connections that ran it, so many went generic; two more ran it too rarely to choose.
void run_with(Sample& sample, int64_t generic) {
  SessionPlans& plans = sample.result.session_plans.emplace();
  plans.connections = 12;
  plans.steps = {{"page", "query", 12, generic, 2, 100 * generic, 1000, 0}};
}

TEST(ComparisonPlanUse, SharesAreOfAllPairsConnectionsAndChanceIsNotTold) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty()) << "an older tare's";
  run_with(pairs[0].baseline, 0);
  run_with(pairs[1].baseline, 5);
  run_with(pairs[0].contender, 9);
  EXPECT_EQ(compare(pairs, {}).plan_use,
            (std::vector<PlanUseChange>{{"page", "query", 0.25, 0.9}}));
  const int code = exit_code(compare(paired({10, 10.1}, {10, 10.1}), {}));
  EXPECT_EQ(exit_code(compare(pairs, {})), code) << "it decides nothing";
  run_with(pairs[0].contender, 6);
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
}

TEST(ComparisonPlanUse, AStepThatOneArmLacksIsNotCompared) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  run_with(pairs[0].baseline, 0);
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
  run_with(pairs[0].contender, 10);
  pairs[0].contender.result.session_plans->steps[0].step = "other";
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
}

}  // namespace
}  // namespace tare
