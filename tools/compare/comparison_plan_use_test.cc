#include <gtest/gtest.h>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

void run_with(Sample& sample, int64_t generic, int64_t custom) {
  SessionPlans& plans = sample.result.session_plans.emplace();
  plans.connections = 1;
  plans.steps = {{"page", "query", 1, generic > 0, 0, generic, custom, 0}};
}

TEST(ComparisonPlanUse, SharesAreOverAllPairsAndALittleIsNotTold) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty()) << "an older tare's";
  run_with(pairs[0].baseline, 0, 100);
  run_with(pairs[1].baseline, 50, 50);
  run_with(pairs[0].contender, 90, 10);
  EXPECT_EQ(compare(pairs, {}).plan_use,
            (std::vector<PlanUseChange>{{"page", "query", 0.25, 0.9}}));
  const int code = exit_code(compare(paired({10, 10.1}, {10, 10.1}), {}));
  EXPECT_EQ(exit_code(compare(pairs, {})), code) << "it decides nothing";
  run_with(pairs[0].contender, 30, 70);
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
}

TEST(ComparisonPlanUse, AStepThatOneArmLacksIsNotCompared) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  run_with(pairs[0].baseline, 0, 100);
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
  run_with(pairs[0].contender, 100, 0);
  pairs[0].contender.result.session_plans->steps[0].step = "other";
  EXPECT_TRUE(compare(pairs, {}).plan_use.empty());
}

}  // namespace
}  // namespace tare
