#include "bench/engine/rate_curve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tare {
namespace {

Arrivals shaped(double rate_per_s, std::vector<RatePoint> shape) {
  return {ArrivalKind::constant, rate_per_s, 1, std::move(shape)};
}

TEST(RateCurve, WithoutAShapeTheRateIsTheRate) {
  RateCurve curve({ArrivalKind::constant, 300});
  EXPECT_EQ(curve.time_of(0), 0);
  EXPECT_EQ(curve.time_of(1), 1.0 / 300);
  EXPECT_EQ(curve.time_of(600), 2);
  EXPECT_EQ(curve.count_until(2), 600);
}

// 1 s at 100, then from 100 to 300 in 2 s, then level.
TEST(RateCurve, RampIsItsOwnInverse) {
  const Arrivals arrivals = shaped(100, {{1, 1}, {3, 3}});
  RateCurve curve(arrivals);
  EXPECT_NEAR(curve.count_until(1), 100, 1e-9);
  EXPECT_NEAR(curve.count_until(3), 500, 1e-9);
  EXPECT_NEAR(curve.count_until(4), 800, 1e-9);
  for (double count = 0; count < 900; count += 7) {
    EXPECT_NEAR(RateCurve(arrivals).count_until(curve.time_of(count)), count, 1e-6);
  }
}

TEST(RateCurve, StepsJumpAndMayRest) {
  RateCurve curve(shaped(10, {{0, 1}, {1, 1}, {1, 0}, {2, 0}, {2, 5}, {3, 5}}));
  EXPECT_NEAR(curve.time_of(5), 0.5, 1e-12);
  EXPECT_NEAR(curve.time_of(11), 2.02, 1e-9) << "nothing falls due while the rate is 0";
  EXPECT_NEAR(curve.count_until(1.5), 10, 1e-9);
  EXPECT_NEAR(curve.count_until(3), 60, 1e-9);
}

TEST(RateCurve, AnEndAtRestIsNeverReached) {
  RateCurve curve(shaped(10, {{0, 1}, {2, 0}}));
  EXPECT_NEAR(curve.time_of(7.5), 1, 1e-9);
  EXPECT_TRUE(std::isinf(curve.time_of(11)));
}

}  // namespace
}  // namespace tare
