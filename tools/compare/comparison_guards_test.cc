// What makes arms incomparable, and what only looks like it.
#include <gtest/gtest.h>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

TrialPlan plan_of(const std::string& parameter, int64_t blocks, int64_t rows, int64_t requests = 1,
                  const std::string& step = "query") {
  TrialPlan plan{"page", step, {parameter}, requests, {}, ""};
  plan.shape.fingerprint = "1";
  plan.shape.blocks = blocks;
  plan.shape.rows = rows;
  return plan;
}

std::vector<PairSample> planned(const std::vector<TrialPlan>& before,
                                const std::vector<TrialPlan>& after) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (PairSample& pair : pairs) {
    pair.baseline.plans = before;
    pair.contender.plans = after;
  }
  return pairs;
}

TEST(ComparisonGuards, AClockThatStepsMakesATrialInvalid) {
  Result trial_result = trial(1).result;
  trial_result.clock_step_s = 0.01;
  EXPECT_TRUE(reasons_invalid(trial_result).empty()) << "slewed, as clocks are";
  trial_result.clock_step_s = -3600;
  ASSERT_EQ(reasons_invalid(trial_result).size(), 1u);
  EXPECT_NE(reasons_invalid(trial_result)[0].find("set by -3600.0 s"), std::string::npos);
}

TEST(ComparisonGuards, AnotherAnswerIsNoFasterAnswer) {
  const auto pairs = planned({plan_of("a", 1000, 200)}, {plan_of("a", 2, 0)});
  const Comparison comparison = compare(pairs, {});
  ASSERT_EQ(comparison.invalid_reasons.size(), 1u);
  EXPECT_NE(comparison.invalid_reasons[0].find("200 rows before, 0 after"), std::string::npos);
  EXPECT_EQ(exit_code(comparison), 3);
  Criteria declared;
  declared.other_rows = true;
  EXPECT_TRUE(compare(pairs, declared).invalid_reasons.empty());
}

// "the posts of the last day" are fewer a minute later, in either arm.
TEST(ComparisonGuards, RowsThatDifferWithinAnArmSayNothingOfTheChange) {
  auto pairs = planned({plan_of("a", 10, 200)}, {plan_of("a", 10, 199)});
  pairs[1].baseline.plans = {plan_of("a", 10, 198)};
  EXPECT_TRUE(compare(pairs, {}).invalid_reasons.empty());
}

TEST(ComparisonGuards, StaleHitsOfTheContenderAlone) {
  auto pairs = paired({10, 10.1}, {5, 5.1});
  pairs[1].contender.result.operations["page"].cache_check = {9, 4, "page:7"};
  const Comparison stale = compare(pairs, {});
  ASSERT_EQ(stale.invalid_reasons.size(), 1u);
  EXPECT_NE(stale.invalid_reasons[0].find("page:7"), std::string::npos);
  // In both arms: what the traffic itself writes.
  pairs[0].baseline.result.operations["page"].cache_check = {9, 3, "page:8"};
  EXPECT_TRUE(compare(pairs, {}).invalid_reasons.empty());
}

TEST(ComparisonGuards, LostConnectionsTaintATrialTimeoutsDoNot) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  pairs[0].baseline.result.generator.reconnects = 8;
  EXPECT_EQ(exit_code(compare(pairs, {})), 3);
  OperationResult& page = pairs[0].baseline.result.operations["page"];
  page.requests.timed_out = 8;
  page.requests.scheduled += 8;
  EXPECT_TRUE(compare(pairs, {}).invalid_reasons.empty());
}

// What an older tare stored: names, and no variable.
TEST(ComparisonGuards, SettingsMayDifferWhereTheChangeSaysSo) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (PairSample& pair : pairs) {
    pair.contender.result.environment.redis_settings["maxmemory"] = "3mb";
    pair.contender.result.environment.versions["redis"] = "8";
  }
  ASSERT_EQ(compare(pairs, {}).invalid_reasons.size(), 1u) << "once for a group, of all pairs";
  EXPECT_FALSE(compare(pairs, {}).environment) << "the trials tell of no groups";
  Criteria criteria;
  criteria.redis_settings = {"maxmemory"};
  ASSERT_EQ(compare(pairs, criteria).invalid_reasons.size(), 1u);
  EXPECT_TRUE(
      compare(pairs, criteria)
          .invalid_reasons[0]
          .starts_with(
              "not attributable: redis differs between the arms: version: not set -> \"8\"; "));
  criteria.versions = {"redis"};
  EXPECT_TRUE(compare(pairs, criteria).invalid_reasons.empty());
  pairs[0].contender.result.environment.generator["workers"] = "2";
  EXPECT_EQ(compare(pairs, criteria).invalid_reasons.size(), 1u);
  for (PairSample& pair : pairs) {
    pair.contender.result.environment.generator = {{"protocol", "extended"}};
    pair.baseline.result.environment.generator = {{"protocol", "prepared"}};
  }
  EXPECT_EQ(compare(pairs, criteria).invalid_reasons.size(), 1u);
  criteria.declared.variables = {"client.protocol", "redis.version", "redis.maxmemory"};
  EXPECT_TRUE(compare(pairs, criteria).invalid_reasons.empty());
}

TEST(ComparisonGuards, MoreThanTheVariableIsNotAttributable) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      sample->result.environment.groups["schema"].details = {{"column public.t x", "integer"}};
    }
    Environment& environment = pair.contender.result.environment;
    environment.groups["schema"].details["index public.t a"] = "CREATE INDEX a";
    environment.postgres_settings["work_mem"] = "64MB";
  }
  Criteria criteria;
  criteria.declared.variables = {"schema.index"};
  const Comparison refused = compare(pairs, criteria);
  ASSERT_EQ(refused.invalid_reasons.size(), 1u);
  EXPECT_EQ(
      refused.invalid_reasons[0],
      "not attributable: settings differ between the arms: work_mem: not set -> \"64MB\"; the "
      "change's variable is schema.index: weigh what else it does by itself, or allow it by "
      "name: --allow settings");
  EXPECT_EQ(exit_code(refused), 3);
  ASSERT_TRUE(refused.environment);
  EXPECT_EQ(refused.environment->differing.size(), 2u);
  criteria.declared.allowed = {"settings"};
  EXPECT_TRUE(compare(pairs, criteria).invalid_reasons.empty());
  criteria.declared.variables = {"some.thing"};
  EXPECT_NE(compare(pairs, criteria).invalid_reasons.at(0).find("\"some.thing\" speaks of none"),
            std::string::npos);
}

TEST(ComparisonGuards, AllBaselinesAreOne) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (Sample* sample : {&pairs[1].baseline, &pairs[1].contender}) {
    sample->result.environment.host["kernel"] = "new";
  }
  for (Sample* sample : {&pairs[0].baseline, &pairs[0].contender}) {
    sample->result.environment.host["kernel"] = "old";
  }
  const Comparison found = compare(pairs, {});
  ASSERT_EQ(found.invalid_reasons.size(), 1u);
  EXPECT_NE(
      found.invalid_reasons[0].find(
          "host differs between the first baseline and later ones: kernel: \"old\" -> \"new\""),
      std::string::npos)
      << found.invalid_reasons[0];
}

TEST(ComparisonGuards, OperationsThatAreNeverAskedAreNotJudged) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (PairSample& pair : pairs) {
    pair.baseline.result.operations["never"] = {};
    pair.contender.result.operations["never"] = {};
  }
  EXPECT_EQ(exit_code(compare(pairs, {})), 2);
  Criteria criteria;
  criteria.never_asked = {"never"};
  EXPECT_EQ(exit_code(compare(pairs, criteria)), 0);
}

TEST(ComparisonGuards, ARepairedOperationHasNothingToBeComparedWith) {
  auto pairs = paired({10, 10.1, 10}, {10, 10.1, 10});
  for (PairSample& pair : pairs) pair.baseline = trial(10, 4000, 4000);
  const Comparison repaired = compare(pairs, {});
  EXPECT_EQ(row_of(repaired, "failed_share").verdict, Verdict::improved);
  EXPECT_EQ(exit_code(repaired), 0);
}

TEST(ComparisonBlocks, CountAsOftenAsTheyAreAsked) {
  const auto pairs = planned({plan_of("hot", 569, 1, 900), plan_of("rare", 569, 1, 100)},
                             {plan_of("hot", 608, 1, 900), plan_of("rare", 3, 1, 100)});
  const Row row = row_of(compare(pairs, {}), "blocks_per_query");
  EXPECT_NEAR(*row.baseline, 569, 1e-9);
  EXPECT_NEAR(*row.contender, 0.9 * 608 + 0.1 * 3, 1e-9);
  EXPECT_EQ(row.verdict, Verdict::equivalent);
}

TEST(ComparisonBlocks, CountStepsThatOneArmDoesNotHave) {
  const auto more =
      planned({plan_of("a", 100, 1)}, {plan_of("a", 100, 1), plan_of("a", 400, 1, 1, "second")});
  EXPECT_NEAR(*row_of(compare(more, {}), "blocks_per_query").contender, 500, 1e-9);
  EXPECT_EQ(row_of(compare(more, {}), "blocks_per_query").verdict, Verdict::regressed);
  const auto other = planned({plan_of("a", 400, 1, 1, "old")}, {plan_of("a", 50, 1, 1, "new")});
  EXPECT_EQ(row_of(compare(other, {}), "blocks_per_query").verdict, Verdict::improved);
}

TEST(ComparisonBlocks, SaysWhenTriggersReadUncounted) {
  TrialPlan with = plan_of("a", 4, 0);
  with.shape.triggers = {"audit", "totals"};
  TrialPlan fewer = plan_of("a", 4, 0);
  fewer.shape.triggers = {"audit"};
  const Row more = row_of(compare(planned({fewer}, {with}), {}), "blocks_per_query");
  EXPECT_EQ(more.verdict, Verdict::inconclusive) << "one that was there hides no new one";
  const Row same = row_of(compare(planned({with}, {with}), {}), "blocks_per_query");
  EXPECT_EQ(same.verdict, Verdict::equivalent);
  const Row row = row_of(compare(planned({plan_of("a", 4, 0)}, {with}), {}), "blocks_per_query");
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_NE(row.note.find("triggers"), std::string::npos);
}

TEST(Expectations, AlsoLookUpwards) {
  auto pairs = paired({10, 10.1, 10}, {10, 10.1, 10});
  for (PairSample& pair : pairs) {
    for (auto [sample, hits] : {std::pair{&pair.baseline, 10}, {&pair.contender, 40}}) {
      auto& paths = sample->result.operations["page"].paths;
      paths.clear();
      paths["hit"].count = hits * 40;
      paths["miss"].count = 4000 - hits * 40;
    }
  }
  Criteria criteria;
  criteria.expect = {{"page", "hit_ratio", 0.2, Bound::at_least},
                     {"page", "hit_ratio", 0.5, Bound::at_least}};
  const Comparison comparison = compare(pairs, criteria);
  EXPECT_EQ(comparison.expectations[0].outcome, Outcome::met);
  EXPECT_EQ(comparison.expectations[1].outcome, Outcome::missed);
  EXPECT_EQ(expectation_words("hit_ratio", 0.2, Bound::at_least),
            "rises by at least 20 percentage points");
  EXPECT_EQ(expectation_words("response_time_tm95", -0.5, Bound::at_most),
            "falls by at least 50 %");
}

TEST(ComparisonGuards, RequestsThatOutlastATurnMakeItInvalid) {
  auto pairs = paired({10, 10}, {10, 10});
  for (PairSample& pair : pairs) {
    pair.order = PairOrder::in_turns;
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      sample->result.environment.generator["turn"] = "20 ms";
    }
  }
  EXPECT_TRUE(compare(pairs, {}).invalid_reasons.empty());
  pairs[1].contender.result.operations["page"].response_time_ns.p95 = 21'000'000;
  const Comparison found = compare(pairs, {});
  ASSERT_EQ(found.invalid_reasons.size(), 1u);
  EXPECT_NE(
      found.invalid_reasons[0].find("in 1 of 4 trials more than 5 % of page take longer than a "
                                    "turn of 20 ms"),
      std::string::npos);
}

TEST(ComparisonGuards, OtherDataInALaterPairIsSaid) {
  auto pairs = paired({10, 10}, {10, 10});
  pairs[1].baseline.result.schedule_digest = pairs[1].contender.result.schedule_digest = "e";
  const Comparison found = compare(pairs, {});
  ASSERT_EQ(found.invalid_reasons.size(), 1u);
  EXPECT_NE(found.invalid_reasons[0].find("pairs 1 and 2 were asked different requests"),
            std::string::npos);
}

}  // namespace
}  // namespace tare
