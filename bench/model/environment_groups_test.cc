#include "bench/model/environment_groups.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(EnvironmentGroups, EqualGroupsHaveEqualDigests) {
  const EnvironmentGroup group = bounded({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(group.left_out, 0);
  EXPECT_TRUE(group.left_out_digest.empty());
  EXPECT_EQ(digest_of(group), digest_of(bounded({{"b", "2"}, {"a", "1"}})));
  EXPECT_NE(digest_of(group), digest_of(bounded({{"a", "1"}, {"b", "3"}})));
  EXPECT_NE(digest_of(bounded({{"ab", "c"}})), digest_of(bounded({{"a", "bc"}})));
  EXPECT_EQ(digest_of(group).size(), 16u);
}

TEST(EnvironmentGroups, TenThousandObjectsStayBounded) {
  Settings many;
  for (int i = 0; i < 10000; ++i) many[fmt::format("table public.t{:05}", i)] = "r";
  const EnvironmentGroup group = bounded(many);
  EXPECT_EQ(group.details.size(), kMostDetails);
  EXPECT_EQ(group.left_out, 8000);
  many["table public.t09999"] = "v";  // what is left out still tells
  const EnvironmentGroup other = bounded(many);
  EXPECT_EQ(group.details, other.details);
  EXPECT_NE(group.left_out_digest, other.left_out_digest);
  EXPECT_NE(digest_of(group), digest_of(other));
}

TEST(EnvironmentGroups, ALongValueIsToldByItsDigest) {
  const std::string text(5000, 'x');
  const std::string kept = bounded({{"view v", text + "a"}}).details.at("view v");
  EXPECT_LT(kept.size(), kLongestDetail + 50);
  EXPECT_NE(kept, bounded({{"view v", text + "b"}}).details.at("view v"));
}

}  // namespace
}  // namespace tare
