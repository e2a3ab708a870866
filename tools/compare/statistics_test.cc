#include "tools/compare/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace tare {
namespace {

// Student's own data of 1908: the hours of sleep gained by ten patients with two drugs. Mean 1.58,
// standard deviation 1.2300, t(0.975, 9) = 2.262157.
TEST(Statistics, AgreesWithStudentsSleepData) {
  const std::vector<double> gained{1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
  const PairedEstimate sleep = estimate(gained, 0.95);
  EXPECT_NEAR(sleep.mean, 1.58, 1e-12);
  EXPECT_NEAR(*sleep.low, 0.7001142, 1e-6);
  EXPECT_NEAR(*sleep.high, 2.4598858, 1e-6);
  EXPECT_EQ(sleep.n, 10);
}

TEST(Statistics, UsesOneDegreeOfFreedomForTwoPairs) {
  const PairedEstimate two = estimate({-1, 1}, 0.95);
  EXPECT_NEAR(*two.high, 12.7062047, 1e-6);
  EXPECT_NEAR(*two.low, -12.7062047, 1e-6);
}

TEST(Statistics, GivesNoIntervalForOnePair) {
  const PairedEstimate one = estimate({0.25}, 0.95);
  EXPECT_EQ(one.mean, 0.25);
  EXPECT_FALSE(one.low.has_value());
  EXPECT_FALSE(one.high.has_value());
}

TEST(Statistics, GivesNoWidthWithoutSpread) {
  const PairedEstimate same = estimate({0.5, 0.5, 0.5}, 0.95);
  EXPECT_EQ(*same.low, 0.5);
  EXPECT_EQ(*same.high, 0.5);
}

TEST(Statistics, RefusesWhatIsNoNumber) {
  EXPECT_THROW(estimate({}, 0.95), std::invalid_argument);
  EXPECT_THROW(estimate({std::nan("")}, 0.95), std::invalid_argument);
  EXPECT_THROW(estimate({1, std::numeric_limits<double>::infinity()}, 0.95), std::invalid_argument);
  EXPECT_THROW(estimate({1}, 1), std::invalid_argument);
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
