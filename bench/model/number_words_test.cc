#include "bench/model/number_words.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(NumberWords, GroupThousands) {
  EXPECT_EQ(grouped_digits(0), "0");
  EXPECT_EQ(grouped_digits(999), "999");
  EXPECT_EQ(grouped_digits(1000), "1,000");
  EXPECT_EQ(grouped_digits(-1234567), "-1,234,567");
  EXPECT_EQ(grouped_digits(-123), "-123");
}

TEST(NumberWords, PercentHasTwoSignificantDigits) {
  EXPECT_EQ(percent_words(0), "0 %");
  EXPECT_EQ(percent_words(1), "100 %");
  EXPECT_EQ(percent_words(0.3412), "34 %");
  EXPECT_EQ(percent_words(0.0341), "3.4 %");
  EXPECT_EQ(percent_words(0.00052), "0.052 %");
}

TEST(NumberWords, LongValuesAreCutBetweenCharacters) {
  EXPECT_EQ(shortened("short", 5), "short");
  EXPECT_EQ(shortened("longer", 5), "longe...");
  EXPECT_EQ(shortened("a\xC3\xA4z", 2), "a...");
  EXPECT_EQ(shortened("a\xC3\xA4z", 3), "a\xC3\xA4...");
}

}  // namespace
}  // namespace tare
