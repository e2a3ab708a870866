#include "tools/proof/mann_whitney.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace tare {
namespace {

std::vector<double> from(double first, int count) {
  std::vector<double> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), first);
  return values;
}

// By going through every way to deal the values out.
double dealt_out_p(const std::vector<double>& one, const std::vector<double>& other) {
  std::vector<double> all = one;
  all.insert(all.end(), other.begin(), other.end());
  const auto u_of = [&all](unsigned dealt) {
    double u = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t k = 0; k < all.size(); ++k) {
        if (((dealt >> i) & 1) == 0 || ((dealt >> k) & 1) != 0) continue;
        u += all[i] > all[k] ? 1 : all[i] == all[k] ? 0.5 : 0;
      }
    }
    return u;
  };
  const double middle = double(one.size() * other.size()) / 2;
  const double found = std::abs(u_of((1u << one.size()) - 1) - middle);
  int reached = 0, dealings = 0;
  for (unsigned dealt = 0; dealt < (1u << all.size()); ++dealt) {
    if (size_t(__builtin_popcount(dealt)) != one.size()) continue;
    ++dealings;
    reached += std::abs(u_of(dealt) - middle) >= found ? 1 : 0;
  }
  return double(reached) / dealings;
}

TEST(MannWhitney, TheSmallestPValuesAreTheKnownOnes) {
  const auto smallest = [](int n) {
    return mann_whitney_p(from(0, n), from(100, n), UTest::benchstat);
  };
  EXPECT_NEAR(smallest(3), 2.0 / 20, 1e-12);
  EXPECT_NEAR(smallest(4), 2.0 / 70, 1e-12);
  EXPECT_NEAR(smallest(5), 2.0 / 252, 1e-12);
  EXPECT_NEAR(smallest(9), 2.0 / 48620, 1e-15);
}

TEST(MannWhitney, IsExactWithoutTies) {
  const std::vector<double> one = {1.1, 5.2, 3.3, 9.4}, other = {2.5, 7.6, 8.7, 10.8, 11.9};
  EXPECT_NEAR(mann_whitney_p(one, other, UTest::benchstat), dealt_out_p(one, other), 1e-12);
  EXPECT_NEAR(mann_whitney_p(other, one, UTest::scipy), dealt_out_p(one, other), 1e-12);
}

TEST(MannWhitney, TiesAreExactInBenchstatOnly) {
  // Symmetric ties, so that both tails are alike.
  const std::vector<double> one = {1, 2, 2, 3}, other = {2, 3, 3, 4};
  EXPECT_NEAR(mann_whitney_p(one, other, UTest::benchstat), dealt_out_p(one, other), 1e-12);
  // By hand: U is 3 of 16; three groups of 1, 3, 3 and 1 alike leave a variance of 10.86.
  const double z = (8 - 3 - 0.5) / std::sqrt(16.0 / 12 * (9 - 48.0 / 56));
  EXPECT_NEAR(mann_whitney_p(one, other, UTest::scipy), std::erfc(z / std::sqrt(2.0)), 1e-12);
}

// What golang/perf prints of the example in benchstat's documentation: ties, ten values an arm.
TEST(MannWhitney, AgreesWithWhatBenchstatPrints) {
  const std::vector<double> old_gob = {3069, 3075, 3069, 3067, 3207, 3064, 3064, 3058, 3059, 3062};
  const std::vector<double> new_gob = {3075, 3065, 3059, 3065, 3060, 3081, 3186, 3135, 3087, 3062};
  EXPECT_NEAR(mann_whitney_p(old_gob, new_gob, UTest::benchstat), 0.446, 0.0005);
}

// What compare.py prints of its own test data where there are ties; without any the dealings of so
// few values are counted by hand.
TEST(MannWhitney, AgreesWithWhatComparePyPrints) {
  EXPECT_NEAR(mann_whitney_p({8, 8}, {7, 4.54, 800}, UTest::scipy), 0.7671, 0.00005);
  EXPECT_NEAR(mann_whitney_p({80, 77}, {75, 66.6, 1}, UTest::scipy), 0.2000, 0.00005);
  EXPECT_NEAR(mann_whitney_p({9, 8}, {10, 7}, UTest::scipy), 1.0000, 0.00005);
  EXPECT_NEAR(mann_whitney_p({90, 86}, {89, 72}, UTest::scipy), 0.6667, 0.00005);
}

TEST(MannWhitney, ScipyIsNormalFromNineValuesOn) {
  const std::vector<double> one = from(0, 9), other = from(3.5, 9);
  const double exact = mann_whitney_p(one, other, UTest::benchstat);
  const double normal = mann_whitney_p(one, other, UTest::scipy);
  EXPECT_NE(exact, normal);
  EXPECT_NEAR(exact, normal, 0.004);
  EXPECT_EQ(mann_whitney_p(from(0, 8), from(3.5, 9), UTest::benchstat),
            mann_whitney_p(from(0, 8), from(3.5, 9), UTest::scipy));
}

TEST(MannWhitney, BenchstatIsNormalForMany) {
  const double normal = mann_whitney_p(from(0, 51), from(10.5, 51), UTest::benchstat);
  EXPECT_EQ(normal, mann_whitney_p(from(0, 51), from(10.5, 51), UTest::scipy));
  EXPECT_NEAR(mann_whitney_p(from(0, 50), from(10.5, 50), UTest::benchstat),
              mann_whitney_p(from(0, 50), from(10.5, 50), UTest::scipy), 1e-3);
}

TEST(MannWhitney, AlikeIsAlike) {
  for (const UTest test : {UTest::benchstat, UTest::scipy}) {
    EXPECT_EQ(mann_whitney_p({2, 2, 2}, {2, 2, 2}, test), 1);
    EXPECT_EQ(mann_whitney_p({1, 4}, {2, 3}, test), 1);
  }
}

TEST(MannWhitney, RefusesWhatIsNoSample) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(mann_whitney_p({}, {1}, UTest::benchstat), std::invalid_argument);
  EXPECT_THROW(mann_whitney_p({1}, {nan}, UTest::scipy), std::invalid_argument);
  EXPECT_THROW(mann_whitney_p(from(0, 1001), {1}, UTest::scipy), std::invalid_argument);
}

}  // namespace
}  // namespace tare
