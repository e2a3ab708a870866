#include <gtest/gtest.h>

#include "tools/compare/comparison.h"
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

TEST(Comparison, ShowsWhatServersSpentByRequest) {
  auto pairs = paired({10, 10}, {10, 10});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      const bool changed = sample == &pair.contender;
      sample->result.operations["page"].requests.ok = 2000;
      sample->result.operations["page"].paths["plain"].count = 2000;
      sample->result.operations["page"].requests.failed = 2000;
      Observed& observed = sample->result.observed.emplace();
      observed.postgres.emplace().cpu_ns = changed ? 300'000'000 : 200'000'000;
      observed.postgres->wal_bytes = changed ? 8'000'000 : 4'000'000;
      observed.redis.emplace().net_input_bytes = 1000;
      observed.redis->net_output_bytes = 3000;
    }
  }
  const Comparison comparison = compare(pairs, {});
  const Row& cpu = row_of(comparison, "postgres_cpu_per_request", "(all)");
  EXPECT_NEAR(cpu.baseline.value_or(0), 100'000, 1e-6) << "ns per ok request";
  EXPECT_NEAR(cpu.change.value_or(0), 0.5, 1e-9);
  EXPECT_EQ(cpu.gating, Gating::shown);
  const Row& wal = row_of(comparison, "wal_bytes_per_request", "(all)");
  EXPECT_EQ(wal.unit, Unit::bytes);
  EXPECT_NEAR(wal.contender.value_or(0), 4000, 1e-6);
  EXPECT_NEAR(row_of(comparison, "redis_bytes_per_request", "(all)").baseline.value_or(0), 2, 1e-9);
  for (const Row& row : comparison.rows) {
    EXPECT_NE(row.metric, "redis_cpu_per_request") << "a server elsewhere has no row";
  }
}

const Row* row_of_step(const Comparison& comparison, const std::string& step) {
  for (const Row& row : comparison.rows) {
    if (row.step == step) return &row;
  }
  return nullptr;
}

TEST(Comparison, JudgesWhatIsShownWithoutASayInTheVerdict) {
  auto pairs = paired({10, 10.1, 9.9, 10, 10.1, 9.9}, {10, 10.1, 9.9, 10, 10.1, 9.9});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      HistogramSummary& times = sample->result.operations["page"].response_time_ns;
      times.p99 = times.p99 * (sample == &pair.contender ? 2 : 1);
      StepResult& step = sample->result.operations["page"].steps["query"];
      step.calls = times.count;
      step.service_time_ns = times;
      step.service_time_ns.tm95 *= sample == &pair.contender ? 1.5 : 1;
    }
  }
  const Comparison comparison = compare(pairs, {});
  const Row& tail = row_of(comparison, "response_time_p99");
  EXPECT_EQ(tail.verdict, Verdict::regressed);
  EXPECT_EQ(tail.gating, Gating::shown);
  EXPECT_EQ(row_of(comparison, "response_time_p50").verdict, Verdict::equivalent);
  EXPECT_FALSE(row_of(comparison, "response_time_p999").verdict) << "4 requests beyond it";
  const Row* step = row_of_step(comparison, "query");
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->metric, "service_time_tm95");
  EXPECT_NEAR(step->change.value_or(0), 0.5, 1e-9);
  EXPECT_EQ(step->verdict, Verdict::regressed);
  EXPECT_EQ(exit_code(comparison), 0) << "what is shown decides nothing";
}

// A row that looks worse by its own interval is one of many that are shown.
TEST(Comparison, SharesTheAlarmAmongTheRowsThatAreShown) {
  std::vector<double> before, after;
  for (int i = 0; i < 6; ++i) {
    before.push_back(10);
    after.push_back(i % 2 == 0 ? 10.1 : 11.5);  // p of about 0.02
  }
  const auto pairs = paired(before, after);
  const Comparison comparison = compare(pairs, {});
  for (const char* metric : {"response_time_mean", "response_time_p50", "service_time_tm95"}) {
    const Row& row = row_of(comparison, metric);
    ASSERT_TRUE(row.p_value) << metric;
    EXPECT_GT(*row.p_value, 0.001);
    EXPECT_LT(*row.p_value, 0.03);
    EXPECT_EQ(row.verdict, Verdict::inconclusive) << metric;
    EXPECT_FALSE(row.more_pairs) << "nobody waits for it";
  }
}

// No noise, no width: any difference is real.
TEST(Comparison, JudgesCallsWithoutNoiseByAnyDifference) {
  auto pairs = paired({10, 10, 10}, {10, 10, 10});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      sample->plans.push_back({"page", "query", {}, 1, {}, ""});
      sample->result.operations["page"].steps["get"].calls =
          sample == &pair.contender ? 12'000 : 8'000;
    }
  }
  const Row calls = row_of(compare(pairs, {}), "redis_calls_per_request");
  EXPECT_NEAR(calls.baseline.value_or(0), 2, 1e-9);
  EXPECT_NEAR(calls.low.value_or(0), 0.5, 1e-9);
  EXPECT_NEAR(calls.high.value_or(0), 0.5, 1e-9);
  EXPECT_EQ(calls.verdict, Verdict::regressed);
}

TEST(Comparison, CountsTheRowsThatQueriesAnswer) {
  auto pairs = paired({10, 10}, {10, 10});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      TrialPlan plan{"page", "query", {"1"}, 1, {}, ""};
      plan.shape.rows = sample == &pair.contender ? 30 : 20;
      sample->plans.push_back(plan);
    }
  }
  Criteria criteria;
  criteria.other_rows = true;
  const Row answered = row_of(compare(pairs, criteria), "rows_per_query");
  EXPECT_EQ(answered.unit, Unit::rows);
  EXPECT_EQ(answered.baseline, 20.0);
  EXPECT_NEAR(answered.change.value_or(0), 0.5, 1e-9);
  EXPECT_FALSE(answered.verdict) << "more is not worse";
}

}  // namespace
}  // namespace tare
