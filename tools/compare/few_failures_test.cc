#include "tools/compare/few_failures.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace tare {
namespace {

constexpr double kMargin = 0.001;

std::optional<Verdict> verdict_of(const FailureCount& before, const FailureCount& after) {
  return judge_few_failures(before, after, kMargin, Levels()).verdict;
}

TEST(FewFailures, NoneOfAFewProvesNothing) {
  EXPECT_FALSE(verdict_of({0, 550}, {0, 550}));
  EXPECT_FALSE(verdict_of({0, 3600}, {0, 3600})) << "at most 0.102 %";
  EXPECT_EQ(verdict_of({0, 4000}, {0, 4000}), Verdict::equivalent);
  const FewFailures none = judge_few_failures({0, 1000}, {0, 1000}, kMargin, Levels());
  EXPECT_NEAR(none.limits.high, 1 - std::pow(0.025, 0.001), 1e-9);
  EXPECT_EQ(none.limits.low, -none.limits.high);
  EXPECT_FALSE(none.p_value);
}

TEST(FewFailures, AFailureInEachTrialMayBeChance) {
  const FewFailures two = judge_few_failures({0, 320}, {2, 320}, kMargin, Levels());
  EXPECT_EQ(two.verdict, Verdict::inconclusive);
  EXPECT_NEAR(two.p_value.value_or(0), 0.25, 0.001);
  EXPECT_GT(two.limits.high, 0.02);
  EXPECT_EQ(verdict_of({0, 1000}, {9, 1000}), Verdict::regressed);
  EXPECT_NEAR(judge_few_failures({0, 1000}, {9, 1000}, kMargin, Levels()).p_value.value_or(0),
              std::pow(0.5, 9), 1e-4);
  EXPECT_EQ(verdict_of({9, 1000}, {0, 1000}), Verdict::improved);
  EXPECT_EQ(verdict_of({0, 1'000'000}, {9, 1'000'000}), Verdict::equivalent)
      << "beyond chance, far "
         "below the margin";
  EXPECT_EQ(verdict_of({4, 1000}, {5, 1000}), Verdict::inconclusive);
  EXPECT_FALSE(verdict_of({5, 1000}, {4, 1000})) << "no worse than none and none";
  EXPECT_EQ(verdict_of({0, 1000}, {0, 4000}), Verdict::not_worse);
}

// Where the contender breaks the margin by a hair, at most 2.5 % of answers say that it is kept.
TEST(FewFailures, AMarginIsSeldomWronglyKept) {
  std::mt19937_64 random(11);
  for (const int64_t requests : {500, 2000, 4000, 6000}) {
    std::binomial_distribution<int64_t> failures(requests, kMargin);
    int kept = 0;
    constexpr int kExperiments = 20'000;
    for (int i = 0; i < kExperiments; ++i) {
      const auto verdict = verdict_of({0, requests}, {failures(random), requests});
      kept += verdict == Verdict::equivalent || verdict == Verdict::not_worse ||
              verdict == Verdict::improved;
    }
    EXPECT_LE(double(kept) / kExperiments, 0.025 + 0.003) << requests;
  }
}

TEST(FewFailures, OfNothingIsRefused) {
  EXPECT_THROW(verdict_of({0, 0}, {0, 1}), std::invalid_argument);
  EXPECT_EQ(verdict_of({0, 5}, {5, 5}), Verdict::regressed);
}

}  // namespace
}  // namespace tare
