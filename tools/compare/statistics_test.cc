#include "tools/compare/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace tare {
namespace {

// Student's own data of 1908: the hours of sleep gained by ten patients with two drugs. Mean 1.58,
// standard deviation 1.2300, t(0.975, 9) = 2.262157.
const std::vector<double> kSleep{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};

TEST(Statistics, AgreesWithStudentsSleepData) {
  const PairedEstimate sleep = estimate(kSleep);
  EXPECT_NEAR(sleep.mean, 1.58, 1e-12);
  EXPECT_NEAR(*sleep.standard_error, 0.38895872, 1e-8);
  EXPECT_NEAR(interval(sleep, 0.025)->low, 0.7001142, 1e-6);
  EXPECT_NEAR(interval(sleep, 0.025)->high, 2.4598858, 1e-6);
  EXPECT_EQ(sleep.n, 10);
  EXPECT_NEAR(*p_above(sleep, 0), 0.00283289 / 2, 1e-7);  // two-sided, as R's t.test prints it
  EXPECT_NEAR(*p_above(sleep, 0.7001142), 0.025, 1e-7);
  EXPECT_NEAR(*p_above(sleep, 3), 1 - *p_above(sleep, 0.16), 1e-12);
}

TEST(Statistics, UsesOneDegreeOfFreedomForTwoPairs) {
  const PairedEstimate two = estimate({-1, 1});
  EXPECT_NEAR(interval(two, 0.025)->high, 12.7062047, 1e-6);
  EXPECT_NEAR(interval(two, 0.025)->low, -12.7062047, 1e-6);
}

TEST(Statistics, SaysNothingOfSpreadForOnePair) {
  const PairedEstimate one = estimate({0.25});
  EXPECT_EQ(one.mean, 0.25);
  EXPECT_FALSE(interval(one, 0.025));
  EXPECT_FALSE(p_above(one, 0));
  EXPECT_FALSE(detectable(one, 0.025, 0.8));
  EXPECT_FALSE(pairs_to_detect(one, 1, 0.025, 0.8, 100));
}

TEST(Statistics, IsSureWithoutSpread) {
  const PairedEstimate same = estimate({0.5, 0.5, 0.5});
  EXPECT_EQ(interval(same, 0.025)->low, 0.5);
  EXPECT_EQ(interval(same, 0.025)->high, 0.5);
  EXPECT_EQ(p_above(same, 0.4), 0.0);
  EXPECT_EQ(p_above(same, 0.6), 1.0);
  EXPECT_EQ(p_above(same, 0.5), 0.5);
  EXPECT_EQ(detectable(same, 0.025, 0.8), 0.0);
  EXPECT_EQ(pairs_to_detect(same, 0.1, 0.025, 0.8, 100), 3);
}

// What is called detectable is found in that share of simulated experiments.
TEST(Statistics, FindsWhatItCallsDetectable) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> noise;
  constexpr int kPairs = 8, kExperiments = 20'000;
  const double known = *detectable(PairedEstimate{0, 1 / std::sqrt(8.0), kPairs}, 0.01, 0.8);
  int found = 0;
  for (int i = 0; i < kExperiments; ++i) {
    std::vector<double> differences;
    for (int pair = 0; pair < kPairs; ++pair) differences.push_back(known + noise(random));
    found += interval(estimate(differences), 0.01)->low > 0 ? 1 : 0;
  }
  // t + t is the usual approximation of the noncentral t; at 8 pairs it promises a little less.
  EXPECT_NEAR(double(found) / kExperiments, 0.8, 0.03);
}

TEST(Statistics, CountsThePairsThatAreMissing) {
  const PairedEstimate sleep = estimate(kSleep);
  const double now = *detectable(sleep, 0.025, 0.8);
  EXPECT_EQ(pairs_to_detect(sleep, now, 0.025, 0.8, 1000), 10);
  const int needed = *pairs_to_detect(sleep, now / 2, 0.025, 0.8, 1000);
  EXPECT_GT(needed, 33);  // a quarter of the variance, and more degrees of freedom
  EXPECT_LT(needed, 40);
  EXPECT_FALSE(pairs_to_detect(sleep, now / 2, 0.025, 0.8, 30));
}

TEST(Statistics, RefusesWhatIsNoNumber) {
  EXPECT_THROW(estimate({}), std::invalid_argument);
  EXPECT_THROW(estimate({std::nan("")}), std::invalid_argument);
  EXPECT_THROW(estimate({1, std::numeric_limits<double>::infinity()}), std::invalid_argument);
  EXPECT_THROW(interval(estimate({1, 2}), 0.5), std::invalid_argument);
  EXPECT_THROW(interval(estimate({1, 2}), 0), std::invalid_argument);
  EXPECT_THROW(median({}), std::invalid_argument);
  EXPECT_THROW(geometric_mean({1, 0}), std::invalid_argument);
}

TEST(Statistics, FindsTheMiddle) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_NEAR(geometric_mean({1, 100}), 10, 1e-12);
}

}  // namespace
}  // namespace tare
