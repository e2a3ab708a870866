#include "tools/experiment/cache_warming.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Scenario two_operations() {
  Scenario scenario;
  scenario.seed = 7;
  scenario.operations = {{"page", {}, {CachedStep{}}}, {"list", {}, {SqlStep{}}}};
  scenario.load.mix = {80, 20};
  scenario.load.arrivals = {ArrivalKind::poisson, 200};
  scenario.load.warmup = std::chrono::seconds(5);
  return scenario;
}

TEST(WarmingScenario, AsksCachedOperationsAloneAndFaster) {
  const Scenario scenario = two_operations();
  const auto warming = warming_scenario(scenario);
  ASSERT_TRUE(warming);
  EXPECT_EQ(warming->load.mix, (std::vector<double>{0.8, 0}));
  EXPECT_GT(warming->load.arrivals.rate_per_s, 200);
  EXPECT_EQ(warming->load.warmup.count(), 0);
  EXPECT_NE(warming->seed, scenario.seed) << "other requests than the measured ones";
}

TEST(WarmingScenario, NothingToWarmWithoutACache) {
  Scenario scenario = two_operations();
  scenario.operations.erase(scenario.operations.begin());
  scenario.load.mix = {1};
  EXPECT_FALSE(warming_scenario(scenario));
}

TEST(HitRatio, CountsHitsAmongHitsAndMisses) {
  OperationResult page;
  page.paths["hit"].count = 30;
  page.paths["miss"].count = 10;
  page.paths["bypass"].count = 60;
  EXPECT_DOUBLE_EQ(hit_ratio({{"page", page}, {"list", {}}}), 0.75);
  EXPECT_DOUBLE_EQ(hit_ratio({}), 0);
}

TEST(WarmingRounds, EndsWhenSteady) {
  WarmingRounds rounds;
  for (double ratio : {0.2, 0.5, 0.6}) {
    rounds.add(ratio);
    EXPECT_FALSE(rounds.done());
  }
  rounds.add(0.602);
  EXPECT_TRUE(rounds.done());
  EXPECT_FALSE(rounds.warning());
}

TEST(WarmingRounds, IsBoundedAndSaysSo) {
  WarmingRounds rounds;
  while (!rounds.done()) rounds.add(0.05 * rounds.count());
  EXPECT_EQ(rounds.count(), WarmingRounds::kMost);
  ASSERT_TRUE(rounds.warning());
  EXPECT_NE(rounds.warning()->find("still filling"), std::string::npos);
}

TEST(WarmingRounds, DoNotTakeAnEmptyCacheForASteadyOne) {
  WarmingRounds slow;
  for (double ratio : {0.001, 0.004, 0.008, 0.3, 0.301}) {
    EXPECT_FALSE(slow.done());
    slow.add(ratio);
  }
  EXPECT_TRUE(slow.done());
  WarmingRounds never;
  while (!never.done()) never.add(0);
  EXPECT_EQ(never.count(), WarmingRounds::kMost);
  ASSERT_TRUE(never.warning());
  EXPECT_NE(never.warning()->find("0.00 %"), std::string::npos);
}

}  // namespace
}  // namespace tare
