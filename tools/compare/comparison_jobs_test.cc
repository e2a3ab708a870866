// Rows of what is no operation: jobs, and the throughput of a closed loop.
#include <gtest/gtest.h>

#include "tools/compare/comparison.h"
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

JobResult job(int64_t ok, int64_t failed, double mean_ms) {
  JobResult out;
  out.operation = "import_batch";
  out.every_s = 1;
  out.runs = {ok + failed, ok, failed, 0, 0, 0};
  out.duration_ns = {ok + failed, mean_ms * 1e6, mean_ms * 1e6, 1, 1, 1, 1, 1, 1};
  out.lateness_ns = {ok + failed, 1e5, 1e5, 1, 1, 1, 1, 1, 1};
  return out;
}

std::vector<PairSample> with_jobs(const JobResult& baseline, const JobResult& contender) {
  auto pairs = paired({1, 1, 1}, {1, 1, 1});
  for (PairSample& pair : pairs) {
    pair.baseline.result.jobs["import"] = baseline;
    pair.contender.result.jobs["import"] = contender;
  }
  return pairs;
}

TEST(ComparisonOfJobs, AJobThatFailsNowIsARegression) {
  const Comparison comparison = compare(with_jobs(job(10, 0, 5), job(6, 4, 5)), {});
  const Row& row = row_of(comparison, "failed_share", "job import");
  EXPECT_EQ(row.verdict, Verdict::regressed);
  EXPECT_NEAR(*row.contender, 0.4, 1e-9);
  EXPECT_EQ(row.gating, Gating::gating);
  EXPECT_EQ(exit_code(comparison), 1);
  const Comparison chance = compare(with_jobs(job(10, 0, 5), job(9, 1, 5)), {});
  EXPECT_EQ(row_of(chance, "failed_share", "job import").verdict, Verdict::inconclusive)
      << "three of thirty";
}

TEST(ComparisonOfJobs, ShowsHowLongTheyTakeAndJudgesItWhenAsked) {
  const auto pairs = with_jobs(job(10, 0, 5), job(10, 0, 10));
  const Comparison shown = compare(pairs, {});
  EXPECT_FALSE(row_of(shown, "failed_share", "job import").verdict)
      << "that none of a few runs failed proves nothing";
  EXPECT_NEAR(*row_of(shown, "duration_mean", "job import").change, 1, 1e-9);
  EXPECT_EQ(row_of(shown, "duration_mean", "job import").gating, Gating::shown);
  EXPECT_EQ(exit_code(shown), 0);
  Criteria criteria;
  criteria.expect = {{"job import", "duration_mean", 0.1, Bound::at_most}};
  const Comparison judged = compare(pairs, criteria);
  ASSERT_EQ(judged.expectations.size(), 1u);
  EXPECT_EQ(judged.expectations[0].outcome, Outcome::missed);
}

TEST(ComparisonOfJobs, AJobThatNeverEndedARunSaysNothing) {
  JobResult never = job(0, 0, 0);
  never.runs.scheduled = never.runs.unfinished = 1;
  const Comparison comparison = compare(with_jobs(never, never), {});
  EXPECT_EQ(row_of(comparison, "failed_share", "job import").verdict, Verdict::inconclusive);
}

TEST(ComparisonOfJobs, HaveLimitsOfTheirOwn) {
  Result trial_result = trial(1).result;
  trial_result.jobs["import"] = job(8, 2, 5);
  std::vector<LimitResult> judged = judge_limits({{"job import", {}, 0.1}}, {trial_result});
  ASSERT_EQ(judged.size(), 1u);
  EXPECT_EQ(judged[0].outcome, Outcome::missed);
  EXPECT_NEAR(*judged[0].measured, 0.2, 1e-9);
  judged = judge_limits({{"job import", {}, 0.5}}, {trial_result});
  EXPECT_EQ(judged[0].outcome, Outcome::met);
}

TEST(ComparisonOfAClosedLoop, LessThroughputIsARegression) {
  auto pairs = paired({1, 1, 1}, {1, 1, 1});
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].baseline.result.achieved_rate_per_s = 1000 + double(i);
    pairs[i].contender.result.achieved_rate_per_s = 800 + double(i);
  }
  Criteria criteria;
  criteria.closed_loop = true;
  const Comparison comparison = compare(pairs, criteria);
  const Row& row = row_of(comparison, "throughput", "(all)");
  EXPECT_EQ(row.verdict, Verdict::regressed);
  EXPECT_EQ(row.unit, Unit::per_second);
  EXPECT_NEAR(*row.change, -0.2, 0.001);
  EXPECT_EQ(exit_code(comparison), 1);
  for (PairSample& pair : pairs) std::swap(pair.baseline, pair.contender);
  EXPECT_EQ(row_of(compare(pairs, criteria), "throughput", "(all)").verdict, Verdict::improved);
  EXPECT_EQ(exit_code(compare(pairs, {})), 0) << "in an open loop it says nothing";
}

}  // namespace
}  // namespace tare
