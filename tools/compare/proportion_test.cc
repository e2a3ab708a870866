#include "tools/compare/proportion.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace tare {
namespace {

TEST(Proportion, NoneOfManyIsBoundedByTheirNumber) {
  const Proportion none = proportion(0, 60);
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 1 - std::pow(0.025, 1.0 / 60), 1e-9);
  const Proportion all = proportion(1, 60);
  EXPECT_NEAR(all.low, std::pow(0.025, 1.0 / 60), 1e-9);
  EXPECT_EQ(all.high, 1);
}

// The chance of so many or more, at the lower limit, is 2.5 %: counted by hand for 2 of 5.
TEST(Proportion, LimitsAreThoseOfTheBinomialDistribution) {
  const Proportion found = proportion(0.4, 5);
  const auto chance_of = [](int k, double p) {
    const int ways[] = {1, 5, 10, 10, 5, 1};
    return ways[k] * std::pow(p, k) * std::pow(1 - p, 5 - k);
  };
  double at_least = 0, at_most = 0;
  for (int k = 2; k <= 5; ++k) at_least += chance_of(k, found.low);
  for (int k = 0; k <= 2; ++k) at_most += chance_of(k, found.high);
  EXPECT_NEAR(at_least, 0.025, 1e-9);
  EXPECT_NEAR(at_most, 0.025, 1e-9);
}

TEST(Proportion, FewerIndependentOnesMakeItWider) {
  EXPECT_GT(proportion(0.1, 4.5).high, proportion(0.1, 100).high);
  EXPECT_LT(proportion(0.1, 4.5).low, proportion(0.1, 100).low);
}

TEST(Proportion, LimitsOfTenAreThoseOfTheTables) {
  EXPECT_NEAR(proportion(0, 10).high, 0.3085, 1e-4);
  EXPECT_NEAR(proportion(0.1, 10).low, 0.0025, 1e-4);
  EXPECT_NEAR(proportion(0.1, 10).high, 0.4450, 1e-4);
  EXPECT_NEAR(proportion(1, 10).low, 0.6915, 1e-4);
}

TEST(Proportion, FewPairsSayLittle) {
  const Proportion share = proportion(0.02, 0.3);
  EXPECT_GE(share.low, 0);
  EXPECT_LE(share.low, 0.02);
  EXPECT_GT(share.high, 0.9);
  EXPECT_LE(share.high, 1);
}

TEST(Proportion, IsWrittenAsPercent) {
  EXPECT_EQ(to_text(proportion(0, 100)), "0 % (0 to 3.6)");
  EXPECT_EQ(to_text(proportion(1, 100)), "100 % (96.4 to 100)");
  EXPECT_EQ(percent(0.0042), "0.42 %");
  EXPECT_EQ(percent(1e-30), "<0.01 %");
  EXPECT_EQ(percent(1 - 1e-9), ">99.99 %");
  EXPECT_EQ(percent(0.125), "12.5 %");
}

TEST(Proportion, RefusesWhatIsNone) {
  EXPECT_THROW(proportion(0.5, 0), std::invalid_argument);
  EXPECT_THROW(proportion(1.5, 10), std::invalid_argument);
  EXPECT_THROW(proportion(std::nan(""), 10), std::invalid_argument);
}

}  // namespace
}  // namespace tare
