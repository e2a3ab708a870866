#include "tools/compare/rank_tests.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

namespace tare {
namespace {

std::vector<double> counting_to(int n) {
  std::vector<double> values;
  for (int i = 1; i <= n; ++i) values.push_back(i);
  return values;
}

TEST(SignFlip, CountsAssignments) {
  EXPECT_DOUBLE_EQ(sign_flip_p({1}), 0.5);
  EXPECT_DOUBLE_EQ(sign_flip_p({1, 2, 3}), 1.0 / 8);
  EXPECT_DOUBLE_EQ(sign_flip_p({-1, 2, 3}), 2.0 / 8);  // 6 and 4 reach 4
  EXPECT_DOUBLE_EQ(sign_flip_p({-1, -2, -3}), 1);
  EXPECT_DOUBLE_EQ(sign_flip_p({0, 0}), 1);
  EXPECT_DOUBLE_EQ(sign_flip_p({0.1, 0.2, 0.3, -0.6}), 0.5 + 2.0 / 32);  // rounding is no tie lost
}

TEST(SignFlip, OfManyIsCloseAndTheSameEveryTime) {
  EXPECT_DOUBLE_EQ(sign_flip_p(counting_to(30)), std::ldexp(1.0, -30));
  EXPECT_DOUBLE_EQ(sign_flip_p(counting_to(31)), 1.0 / 20'001);
  std::mt19937_64 random(3);
  std::normal_distribution<double> noise(0.3, 1);
  std::vector<double> few;
  for (int i = 0; i < 30; ++i) few.push_back(noise(random));
  std::vector<double> many = few;
  many.push_back(1e-9);  // changes nothing, but there are too many to count
  EXPECT_NEAR(sign_flip_p(many), sign_flip_p(few), 0.01);
  EXPECT_EQ(sign_flip_p(many), sign_flip_p(many));
}

TEST(SignedRank, HasTheTablesValues) {
  EXPECT_DOUBLE_EQ(signed_rank_p(counting_to(5)), 1.0 / 32);
  EXPECT_DOUBLE_EQ(signed_rank_p({-1, 2, 3, 4, 5}), 2.0 / 32);
  EXPECT_DOUBLE_EQ(signed_rank_p({1, -2, 3, 4, 5}), 3.0 / 32);
  EXPECT_DOUBLE_EQ(signed_rank_p({1, 2, -3, 4, 5}), 5.0 / 32);
  // Wilcoxon's own table: 8 is the largest sum of negative ranks at 2.5 % for 10 differences.
  EXPECT_LE(signed_rank_p({1, 2, 3, 4, 5, 6, 7, -8, 9, 10}), 0.025);
  EXPECT_GT(signed_rank_p({1, 2, 3, 4, 5, 6, 7, 8, -9, 10}), 0.025);
}

TEST(SignedRank, SharesRanksAndLeavesZerosOut) {
  EXPECT_DOUBLE_EQ(signed_rank_p({1, 1, 1}), 1.0 / 8);
  EXPECT_DOUBLE_EQ(signed_rank_p({-1, 1, 1}), 4.0 / 8);
  EXPECT_DOUBLE_EQ(signed_rank_p({0, 0, 1, 2, 3}), 1.0 / 8);
  EXPECT_DOUBLE_EQ(signed_rank_p({0, 0}), 1);
}

TEST(RankTests, AreNotMovedByOneWildDifference) {
  const std::vector<double> one_wild = {500, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6};
  EXPECT_GT(signed_rank_p(one_wild), 0.2);
  EXPECT_GT(sign_flip_p(one_wild), 0.3);
}

TEST(RankTests, RefuseWhatTheyCannotRank) {
  for (const auto test : {sign_flip_p, signed_rank_p}) {
    EXPECT_THROW(test({}), std::invalid_argument);
    EXPECT_THROW(test({1, std::numeric_limits<double>::quiet_NaN()}), std::invalid_argument);
    EXPECT_THROW(test({1, std::numeric_limits<double>::infinity()}), std::invalid_argument);
  }
}

}  // namespace
}  // namespace tare
