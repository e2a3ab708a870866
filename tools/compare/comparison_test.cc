#include "tools/compare/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

void expect_no_odd_number(const Comparison& comparison) {
  for (const Row& row : comparison.rows) {
    for (const auto& value : {row.baseline, row.contender, row.change, row.low, row.high,
                              std::optional<double>(row.margin)}) {
      EXPECT_TRUE(!value || std::isfinite(*value)) << row.metric;
    }
  }
}

Verdict verdict_of(const std::vector<PairSample>& pairs) {
  const Comparison comparison = compare(pairs, {});
  expect_no_odd_number(comparison);
  EXPECT_TRUE(comparison.invalid_reasons.empty());
  return *row_of(comparison, "response_time_tm95").verdict;
}

TEST(Comparison, GivesEachVerdict) {
  EXPECT_EQ(verdict_of(paired({10, 10.1, 9.9}, {5, 5.1, 5})), Verdict::improved);
  EXPECT_EQ(verdict_of(paired({10, 10.1, 9.9}, {12, 12.2, 11.9})), Verdict::regressed);
  EXPECT_EQ(verdict_of(paired({10, 10.1, 9.9}, {10.01, 10.1, 9.9})), Verdict::equivalent);
  // -6 % on average, but the interval reaches 0: not an improvement, surely not worse.
  EXPECT_EQ(verdict_of(paired({10, 10, 10, 10}, {9.7, 9.2, 9.6, 9.1})), Verdict::improved);
  EXPECT_EQ(verdict_of(paired({10, 10, 10, 10}, {9.9, 9.1, 9.6, 8.8})), Verdict::not_worse);
  EXPECT_EQ(verdict_of(paired({10, 10, 10}, {8, 12, 11})), Verdict::inconclusive);
  // Slower for sure, by less than the margin; but the limit reaches past it.
  EXPECT_EQ(verdict_of(paired({10, 10, 10}, {10.2, 10.4, 10.6})), Verdict::inconclusive);
}

TEST(Comparison, BearsOnePairAndNoSpread) {
  const Comparison one = compare(paired({10}, {20}), {});
  const Row& row = row_of(one, "response_time_tm95");
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_NEAR(*row.change, 1, 1e-9);
  EXPECT_FALSE(row.low || row.high);
  EXPECT_EQ(exit_code(one), 2);
  EXPECT_EQ(verdict_of(paired({10, 10}, {10, 10})), Verdict::equivalent);
  EXPECT_EQ(verdict_of(paired({10, 10}, {11, 11})), Verdict::regressed);
}

TEST(Comparison, CutsWildIntervals) {
  const Comparison wild = compare(paired({1e-6, 60'000}, {60'000, 1e-6}), {});
  expect_no_odd_number(wild);
  EXPECT_EQ(row_of(wild, "response_time_tm95").verdict, Verdict::inconclusive);
}

TEST(Comparison, UsesTheScenariosMargin) {
  Criteria criteria;
  criteria.margins["response_time_tm95"] = 0.5;
  const Comparison comparison = compare(paired({10, 10.1}, {11, 11.1}), criteria);
  EXPECT_EQ(row_of(comparison, "response_time_tm95").verdict, Verdict::equivalent);
}

TEST(Comparison, CountsOverallAndPairedFiguresAlike) {
  const Comparison comparison = compare(paired({10, 40}, {20, 20}), {});
  const Row& row = row_of(comparison, "response_time_tm95");
  EXPECT_NEAR(*row.baseline, 20e6, 1);  // geometric mean
  EXPECT_NEAR(*row.change, 0, 1e-9);
}

TEST(Comparison, JudgesFailuresInPoints) {
  auto pairs = paired({1, 1}, {1, 1});
  EXPECT_EQ(row_of(compare(pairs, {}), "failed_share").note,
            "0 of 8000 failed; at most 0.037 % at 95 %");
  EXPECT_EQ(row_of(compare(pairs, {}), "failed_share").verdict, Verdict::equivalent);
  pairs = {{trial(1), trial(1, 4000, 80)}, {trial(1), trial(1, 4000, 81)}};
  const Comparison worse = compare(pairs, {});
  const Row& row = row_of(worse, "failed_share");
  EXPECT_EQ(row.verdict, Verdict::regressed);
  EXPECT_EQ(row.kind, ChangeKind::points);
  EXPECT_NEAR(*row.change, 0.020125, 1e-9);
  EXPECT_EQ(exit_code(worse), 1);
}

TEST(Comparison, TakesABrokenContenderForARegression) {
  const std::vector<PairSample> pairs = {{trial(1), trial(1, 4000, 4000)},
                                         {trial(1), trial(1, 4000, 4000)}};
  const Comparison comparison = compare(pairs, {});
  EXPECT_EQ(row_of(comparison, "response_time_tm95").verdict, Verdict::invalid);
  EXPECT_EQ(row_of(comparison, "failed_share").verdict, Verdict::regressed);
  EXPECT_EQ(exit_code(comparison), 1);
}

TEST(Comparison, SaysThatAnOperationNeverCame) {
  auto pairs = paired({1, 1}, {1, 1});
  for (auto& pair : pairs) {
    pair.baseline.result.operations["rare"];
    pair.contender.result.operations["rare"];
  }
  const Comparison comparison = compare(pairs, {});
  EXPECT_EQ(row_of(comparison, "response_time_tm95", "rare").verdict, Verdict::inconclusive);
  EXPECT_EQ(exit_code(comparison), 2);
}

TEST(Comparison, TakesNaNForMissing) {
  auto pairs = paired({1, 1}, {1, 1});
  pairs[1].contender.result.operations["page"].response_time_ns.tm95 = std::nan("");
  pairs[0].contender.result.generator.lag_ns.mean = std::numeric_limits<double>::infinity();
  const Comparison comparison = compare(pairs, {});
  expect_no_odd_number(comparison);
  EXPECT_EQ(row_of(comparison, "response_time_tm95").verdict, Verdict::invalid);
}

// The arm that runs second has the lower throughput, or the longer times: in the row's own terms.
TEST(Comparison, ShowsWhatRunningSecondCosts) {
  auto pairs = paired({10, 11, 10, 11}, {11, 10, 11, 10});
  Criteria criteria;
  criteria.closed_loop = true;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const bool contender_second = i % 2 == 0;
    pairs[i].order = contender_second ? PairOrder::baseline_first : PairOrder::contender_first;
    pairs[i].baseline.result.achieved_rate_per_s = contender_second ? 110 : 100;
    pairs[i].contender.result.achieved_rate_per_s = contender_second ? 100 : 110;
  }
  const Comparison comparison = compare(pairs, criteria);
  EXPECT_NEAR(*row_of(comparison, "response_time_tm95").order_effect, 0.1, 0.001);
  EXPECT_NEAR(*row_of(comparison, "throughput", "(all)").order_effect, -0.1, 0.01);
}

TEST(Comparison, ShowsTheTailOnlyWithTenRequestsBeyondIt) {
  EXPECT_TRUE(row_of(compare(paired({1, 1}, {1, 1}), {}), "response_time_p99").low.has_value());
  const std::vector<PairSample> few = {{trial(1, 999), trial(1, 900)},
                                       {trial(1, 900), trial(1, 900)}};
  const Comparison comparison = compare(few, {});
  EXPECT_FALSE(row_of(comparison, "response_time_p99").low.has_value());
  EXPECT_TRUE(row_of(comparison, "response_time_p50").low.has_value());
  EXPECT_TRUE(row_of(comparison, "response_time_p50").verdict.has_value());
  EXPECT_FALSE(row_of(comparison, "response_time_p99").verdict.has_value());
  // A mean needs none beyond it.
  const std::vector<PairSample> seldom = {{trial(10, 5), trial(1, 5)}, {trial(10, 5), trial(1, 5)}};
  EXPECT_EQ(row_of(compare(seldom, {}), "response_time_tm95").verdict, Verdict::improved);
  EXPECT_FALSE(row_of(compare(seldom, {}), "response_time_p50").low.has_value());
}

TEST(Comparison, ListsGatingRowsFirst) {
  const Comparison comparison = compare(paired({1, 1}, {1, 1}), {});
  bool shown = false;
  for (const Row& row : comparison.rows) {
    shown |= row.gating == Gating::shown;
    EXPECT_EQ(row.gating == Gating::shown, shown) << row.metric;
    EXPECT_TRUE(row.verdict.has_value() || shown) << row.metric;
  }
  EXPECT_TRUE(shown);
}

TEST(Comparison, FollowsTheHitRatio) {
  auto pairs = paired({1, 1}, {1, 1});
  for (auto& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      const int64_t hits = sample == &pair.baseline ? 3000 : 2000;
      auto& paths = sample->result.operations["page"].paths;
      paths = {{"hit", {hits, {}}}, {"miss", {4000 - hits, {}}}};
    }
  }
  const Comparison comparison = compare(pairs, {});
  EXPECT_NEAR(*comparison.hit_ratio_baseline, 0.75, 1e-12);
  EXPECT_NEAR(*comparison.hit_ratio_contender, 0.5, 1e-12);
  EXPECT_NEAR(*row_of(comparison, "hit_ratio").change, -0.25, 1e-12);
}

// ---- work ---------------------------------------------------------------------------------

std::vector<PairSample> with_blocks(int64_t before, int64_t after) {
  auto pairs = paired({1, 1}, {1, 1});
  for (auto& pair : pairs) {
    for (const char* parameter : {"a", "b"}) {
      TrialPlan plan{"page", "query", {parameter}, 1, {}, ""};
      plan.shape.fingerprint = "1";
      plan.shape.scans = {"Seq Scan on t"};
      plan.shape.blocks = before;
      pair.baseline.plans.push_back(plan);
      plan.shape.blocks = after;
      pair.contender.plans.push_back(plan);
    }
    TrialPlan other{"page", "query", {"only here"}, 1, {}, ""};
    other.shape.blocks = 1'000'000;  // without a counterpart it does not count
    pair.contender.plans.push_back(other);
  }
  return pairs;
}

Verdict blocks_verdict(int64_t before, int64_t after) {
  const Comparison comparison = compare(with_blocks(before, after), {});
  EXPECT_EQ(*row_of(comparison, "blocks_per_query").baseline, double(before));
  return *row_of(comparison, "blocks_per_query").verdict;
}

TEST(Comparison, JudgesBlocksExactly) {
  EXPECT_EQ(blocks_verdict(1000, 1200), Verdict::equivalent);
  EXPECT_EQ(blocks_verdict(1000, 1201), Verdict::regressed);
  EXPECT_EQ(blocks_verdict(1000, 799), Verdict::improved);
  EXPECT_EQ(blocks_verdict(4, 54), Verdict::equivalent);
  EXPECT_EQ(blocks_verdict(4, 55), Verdict::regressed);
  EXPECT_EQ(blocks_verdict(0, 0), Verdict::equivalent);
  EXPECT_EQ(blocks_verdict(0, 51), Verdict::regressed);
  EXPECT_EQ(exit_code(compare(with_blocks(0, 51), {})), 1);
}

TEST(Comparison, AddsUpTheStepsOfAnOperation) {
  auto pairs = with_blocks(100, 100);
  for (auto& pair : pairs) {
    TrialPlan plan{"page", "second", {"a"}, 1, {}, ""};
    plan.shape.blocks = 7;
    pair.baseline.plans.push_back(plan);
    pair.contender.plans.push_back(plan);
  }
  EXPECT_EQ(*row_of(compare(pairs, {}), "blocks_per_query").baseline, 107);
}

TEST(Comparison, MissesAPlanThatOneArmLost) {
  auto pairs = with_blocks(10, 10);
  pairs[1].contender.plans[0].error = "relation \"t\" does not exist";
  const Comparison comparison = compare(pairs, {});
  EXPECT_EQ(row_of(comparison, "blocks_per_query").verdict, Verdict::invalid);
  EXPECT_EQ(exit_code(comparison), 3);
}

TEST(Comparison, ListsThePlansThatChanged) {
  auto pairs = with_blocks(10, 10);
  pairs[1].contender.plans[0].shape.fingerprint = "2";
  pairs[1].contender.plans[0].shape.scans = {"Index Scan using t_a on t"};
  const Comparison comparison = compare(pairs, {});
  ASSERT_EQ(comparison.plan_changes.size(), 1u);
  EXPECT_EQ(comparison.plan_changes[0],
            (PlanChange{"page", "query", "Seq Scan on t -> Index Scan using t_a", 1, 4}));
  EXPECT_EQ(comparison.plans_compared, 1);
}

TEST(Comparison, CountsRedisCallsBesideTheSteps) {
  auto pairs = with_blocks(10, 10);
  for (auto& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      auto& steps = sample->result.operations["page"].steps;
      steps["query"].calls = 4000;
      steps["page.query"].calls = 1000;
      steps["page.get"].calls = 4000;
      steps["page.set"].calls = sample == &pair.baseline ? 1000 : 2000;
    }
  }
  const Row row = row_of(compare(pairs, {}), "redis_calls_per_request");
  EXPECT_NEAR(*row.baseline, 1.25, 1e-12);
  EXPECT_NEAR(*row.change, 0.2, 1e-12);
}

// ---- expectations, limits, guards -----------------------------------------------------------

Outcome expected(const std::vector<PairSample>& pairs, const std::string& metric, double at_most) {
  Criteria criteria;
  criteria.expect = {{"page", metric, at_most}};
  return compare(pairs, criteria).expectations.at(0).outcome;
}

TEST(Comparison, JudgesExpectations) {
  const auto halved = paired({10, 10.1, 9.9}, {5, 5.1, 5});
  EXPECT_EQ(expected(halved, "response_time_tm95", -0.4), Outcome::met);
  EXPECT_EQ(expected(halved, "response_time_tm95", -0.6), Outcome::missed);
  EXPECT_EQ(expected(halved, "response_time_tm95", -0.496), Outcome::inconclusive);
  EXPECT_EQ(expected(halved, "response_time_p999", -0.4), Outcome::inconclusive);  // too few
  EXPECT_EQ(expected(halved, "response_time_mean", -0.4), Outcome::met);
  EXPECT_EQ(expected(halved, "no_such_metric", -0.4), Outcome::inconclusive);
  EXPECT_EQ(expected(paired({10}, {5}), "response_time_tm95", -0.4), Outcome::inconclusive);
  EXPECT_EQ(expected(with_blocks(1000, 100), "blocks_per_query", -0.9), Outcome::met);
  EXPECT_EQ(expected(with_blocks(1000, 101), "blocks_per_query", -0.9), Outcome::missed);
  Criteria criteria;
  criteria.expect = {{"pages", "response_time_tm95", 0}};
  EXPECT_EQ(compare(halved, criteria).expectations.at(0).outcome, Outcome::inconclusive);
}

TEST(Comparison, ThatNothingFailsMeetsThatFailuresDoNotRise) {
  Criteria criteria;
  criteria.expect = {{"page", "failed_share", 0, Bound::at_most}};
  const Comparison few =
      compare({{trial(1, 100), trial(1, 100)}, {trial(1, 100), trial(1, 100)}}, criteria);
  EXPECT_EQ(few.expectations.at(0).outcome, Outcome::met);
  EXPECT_NE(few.expectations.at(0).note.find("0 of 200 failed"), std::string::npos);
  EXPECT_EQ(row_of(few, "failed_share").gating, Gating::shown) << "too few to judge";
}

// The median of few p99 is an accident; what all requests say is not.
TEST(Comparison, LimitsOfATailNeedRequestsBeyondIt) {
  const auto outcome_at = [](double p90_ms, double max_ms) {
    Result result = trial(1, 300).result;
    HistogramSummary& times = result.operations["page"].response_time_ns;
    times.p90 = int64_t(p90_ms * 1e6);
    times.p99 = times.max = int64_t(max_ms * 1e6);
    return judge_limits({{"page", 20.0, {}}}, {result, result}).at(0).outcome;
  };
  EXPECT_EQ(outcome_at(5, 19), Outcome::met);
  EXPECT_EQ(outcome_at(5, 30), Outcome::inconclusive);
  EXPECT_EQ(outcome_at(25, 30), Outcome::missed);
}

TEST(Comparison, HoldsLimitsAgainstTheContender) {
  const Limit limit{"page", 15.0, 0.01};
  Criteria criteria;
  criteria.limits = {limit};
  const Comparison good = compare(paired({20, 20}, {10, 10}), criteria);
  ASSERT_EQ(good.limits.size(), 2u);
  EXPECT_EQ(good.limits[0].outcome, Outcome::met);
  EXPECT_NEAR(*good.limits[0].measured, 10, 1e-9);
  EXPECT_EQ(exit_code(good), 0);
  criteria.limits[0].response_time_p99_ms = 5;
  const Comparison slow = compare(paired({20, 20}, {10, 10}), criteria);
  EXPECT_EQ(slow.limits[0].outcome, Outcome::missed);
  EXPECT_EQ(exit_code(slow), 1);
  EXPECT_EQ(judge_limits({limit}, {trial(1, 100, 100).result})[0].outcome, Outcome::missed);
  EXPECT_EQ(judge_limits({limit}, {trial(1, 100, 2).result})[1].outcome, Outcome::missed);
  EXPECT_EQ(exit_code(judge_limits({limit}, {trial(1, 100, 1).result})), 0);
  EXPECT_EQ(exit_code(judge_limits({{"rare", 1.0, {}}}, {trial(1).result})), 2);
}

TEST(Comparison, RefusesWhatIsNotComparable) {
  const auto reasons = [](auto&& spoil) {
    auto pairs = paired({1, 1}, {1, 1});
    spoil(pairs[1].contender.result);
    const Comparison comparison = compare(pairs, {});
    EXPECT_EQ(exit_code(comparison), comparison.invalid_reasons.empty() ? 0 : 3);
    return comparison.invalid_reasons;
  };
  EXPECT_EQ(reasons([](Result&) {}).size(), 0u);
  EXPECT_EQ(reasons([](Result& result) { result.schedule_digest = "other"; }).size(), 1u);
  EXPECT_EQ(reasons([](Result& result) { result.operations["page"].requests.failed = 1; }).size(),
            1u);
  EXPECT_EQ(reasons([](Result& result) { result.operations["page"].paths.clear(); }).size(), 1u);
  EXPECT_EQ(reasons([](Result& result) { result.offered_rate_per_s *= 1.1; }).size(), 1u);
  EXPECT_EQ(reasons([](Result& result) { result.offered_rate_per_s *= 1.01; }).size(), 0u);
  const auto settings =
      reasons([](Result& result) { result.environment.postgres_settings["work_mem"] = "8MB"; });
  ASSERT_EQ(settings.size(), 1u);
  EXPECT_EQ(
      settings[0],
      "not attributable: settings differ between the arms: work_mem: not set -> \"8MB\" (in 1 "
      "of 2 pairs); measure both alike, or allow it by name: --allow settings");
  EXPECT_EQ(reasons([](Result& result) { result.environment.versions["redis"] = "8"; }).size(), 1u);
  EXPECT_EQ(reasons([](Result& result) { result.environment.redis_settings["dir"] = "/x"; }).size(),
            0u);
  EXPECT_EQ(exit_code(compare({}, {})), 3);
}

TEST(Comparison, LetsTheVariableDiffer) {
  auto pairs = paired({1, 1}, {1, 1});
  for (auto& pair : pairs) pair.contender.result.environment.postgres_settings["work_mem"] = "8MB";
  Criteria criteria;
  criteria.postgres_settings = {"work_mem"};
  EXPECT_TRUE(compare(pairs, criteria).invalid_reasons.empty());
  EXPECT_FALSE(compare(pairs, {}).invalid_reasons.empty());
  criteria.postgres_settings = {"jit"};
  EXPECT_FALSE(compare(pairs, criteria).invalid_reasons.empty());
}

TEST(Comparison, DoubtsArmsWhoseGeneratorsWereNotEquallyLate) {
  auto pairs = paired({10, 10.1}, {10.01, 10.1});
  EXPECT_EQ(verdict_of(pairs), Verdict::equivalent);
  for (auto& pair : pairs) pair.contender.result.generator.lag_ns.tm95 = 0.6e6;  // 6 % of 10 ms
  const Comparison late = compare(pairs, {});
  EXPECT_EQ(row_of(late, "response_time_tm95").verdict, Verdict::inconclusive);
  EXPECT_NE(row_of(late, "response_time_tm95").note.find("lag"), std::string::npos);
  // A change far larger than the lag's difference stands.
  auto halved = paired({10, 10.1, 9.9}, {5, 5.1, 5});
  for (auto& pair : halved) pair.contender.result.generator.lag_ns.tm95 = 0.6e6;
  EXPECT_EQ(verdict_of(halved), Verdict::improved);
  // A few very late wake-ups move the mean of the lag, and no trimmed response time.
  auto rarely = paired({10, 10.1}, {10.01, 10.1});
  for (auto& pair : rarely) pair.contender.result.generator.lag_ns.mean = 0.6e6;
  EXPECT_EQ(verdict_of(rarely), Verdict::equivalent);
}

TEST(Comparison, FindsTheFirstExitCodeThatApplies) {
  Comparison comparison;
  EXPECT_EQ(exit_code(comparison), 0);
  comparison.rows.resize(2);
  comparison.rows[0].gating = Gating::gating;
  comparison.rows[0].verdict = Verdict::inconclusive;
  EXPECT_EQ(exit_code(comparison), 2);
  comparison.expectations.push_back({"page", "m", 0, Bound::at_most, Outcome::missed, ""});
  EXPECT_EQ(exit_code(comparison), 1);
  comparison.rows[1].gating = Gating::gating;
  comparison.rows[1].verdict = Verdict::invalid;
  EXPECT_EQ(exit_code(comparison), 3);
  comparison.rows[1].gating = Gating::shown;
  EXPECT_EQ(exit_code(comparison), 1);
  comparison.invalid_reasons = {"x"};
  EXPECT_EQ(exit_code(comparison), 3);
}

}  // namespace
}  // namespace tare
