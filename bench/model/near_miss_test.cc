#include "bench/model/near_miss.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(NearMiss, CountsEditsAndSwaps) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("share", "share"), 0u);
  EXPECT_EQ(edit_distance("shaer", "share"), 1u);  // a swap is one slip
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // the restricted form
}

TEST(NearMiss, FindsTheNameMeant) {
  const std::vector<std::string> known = {"rate_per_s", "measure_s", "warmup_s", "mix"};
  EXPECT_EQ(near_miss("rate_per_sec", known), "rate_per_s");
  EXPECT_EQ(near_miss("measure_seconds", known), "measure_s");
  EXPECT_EQ(near_miss("mxi", known), "mix");
  EXPECT_EQ(near_miss("ab", known), std::nullopt);
  EXPECT_EQ(near_miss(std::string(100'000, 'm'), known), std::nullopt);
}

TEST(NearMiss, ListsWhatThereIsWhenNothingIsNear) {
  EXPECT_EQ(suggestion("zzzz", {"sql", "redis"}), "; known: \"sql\", \"redis\"");
  EXPECT_EQ(suggestion("redsi", {"sql", "redis"}), "; did you mean \"redis\"?");
  EXPECT_EQ(suggestion("x", {}), "");
  EXPECT_EQ(quoted_list({"a", "b", "c"}, " or "), "\"a\", \"b\" or \"c\"");
}

}  // namespace
}  // namespace tare
