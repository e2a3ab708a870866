#include "tools/compare/difference_scale.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tare {
namespace {

using Values = std::vector<TrialValue>;

TEST(DifferenceScale, ReadsLogRatiosAsChanges) {
  const DifferenceScale scale(ChangeKind::relative, WorseIs::higher, Values{{10}, {40}},
                              Values{{11}, {44}});
  EXPECT_NEAR(scale.differences().at(1), std::log(1.1), 1e-12);
  EXPECT_NEAR(scale.change(), 0.1, 1e-12);
  EXPECT_NEAR(scale.change_at(std::log(1.25)), 0.25, 1e-12);
  EXPECT_NEAR(scale.worse_margin(0.05), std::log(1.05), 1e-12);
  EXPECT_NEAR(scale.better_margin(0.05), -std::log(0.95), 1e-12);
  EXPECT_TRUE(std::isinf(scale.better_margin(1)));
}

TEST(DifferenceScale, TurnsWhatIsWorseWhenLower) {
  const DifferenceScale rate(ChangeKind::relative, WorseIs::lower, Values{{100}}, Values{{90}});
  EXPECT_NEAR(rate.differences().at(0), -std::log(0.9), 1e-12);
  EXPECT_NEAR(rate.change(), -0.1, 1e-12);
  EXPECT_NEAR(rate.change_at(std::log(2)), -0.5, 1e-12);
  EXPECT_NEAR(rate.worse_margin(0.05), -std::log(0.95), 1e-12);
}

TEST(DifferenceScale, TakesSharesByTheirOdds) {
  const DifferenceScale hits(ChangeKind::points, WorseIs::lower, Values{{0.9, 10'000}},
                             Values{{0.8, 10'000}});
  EXPECT_NEAR(hits.differences().at(0), std::log(9.0 / 4), 1e-3);
  EXPECT_NEAR(hits.change(), -0.1, 1e-12);
  EXPECT_NEAR(hits.change_at(hits.differences().at(0)), -0.1, 1e-12) << "the estimate itself";
  EXPECT_NEAR(hits.change_at(0), 0, 1e-4);
  EXPECT_NEAR(hits.worse_margin(0.1), std::log(9.0 / 4), 1e-3);
  EXPECT_TRUE(std::isinf(hits.better_margin(0.2)));
}

TEST(DifferenceScale, HasOddsForNoneAndAll) {
  const DifferenceScale failures(ChangeKind::points, WorseIs::higher, Values{{0, 4000}, {0, 4000}},
                                 Values{{1, 4000}, {0, 4000}});
  EXPECT_TRUE(std::isfinite(failures.differences().at(0)));
  EXPECT_EQ(failures.differences().at(1), 0);
  EXPECT_NEAR(failures.change(), 0.5, 1e-12);
  EXPECT_LE(failures.change_at(1e6), 1);
  EXPECT_GE(failures.change_at(-1e6), -1);
  EXPECT_NEAR(failures.worse_margin(0.001), std::log(9), 0.01);  // half an event to four and a half
  EXPECT_TRUE(std::isinf(failures.better_margin(0.001)));
}

TEST(DifferenceScale, CutsWhatIsBeyondReading) {
  const DifferenceScale wild(ChangeKind::relative, WorseIs::higher, Values{{1e-6}}, Values{{6e10}});
  EXPECT_EQ(wild.change(), 1e9);
  EXPECT_EQ(wild.change_at(1e5), 1e9);
  EXPECT_EQ(wild.change_at(-1e5), -1);
}

}  // namespace
}  // namespace tare
