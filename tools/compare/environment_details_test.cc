#include "tools/compare/environment_details.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using Size = DetailDifference::Size;

Environment with(const std::string& group, const Settings& details) {
  Environment environment;
  environment.groups[group].details = details;
  return environment;
}

std::vector<std::string> words(const std::string& group, const Environment& first,
                               const Environment& second) {
  std::vector<std::string> out;
  const auto found = group_differences(group, first, second);
  for (const DetailDifference& each : found.value()) {
    out.push_back(in_words(group, each));
  }
  return out;
}

using Words = std::vector<std::string>;

// Of the figure of a table or column, how far it may go.
Size size_of(const std::string& group, const std::string& first, const std::string& second) {
  const auto found = group_differences(group, with(group, {{"table t", first}}),
                                       with(group, {{"table t", second}}));
  EXPECT_EQ(found->size(), 1u) << first << " and " << second;
  return found->empty() ? Size::within_chance : found->front().size;
}

TEST(EnvironmentDetails, ObjectsComeAndGo) {
  const Environment before = with("schema", {{"index public.t a", "CREATE INDEX a"}});
  const Environment after = with("schema", {{"index public.t b", "CREATE INDEX b"}});
  EXPECT_EQ(words("schema", before, after),
            (Words{"- index public.t a (CREATE INDEX a)", "+ index public.t b (CREATE INDEX b)"}));
  EXPECT_EQ(words("extensions", with("extensions", {{"pg_stat_statements", "1.10"}}),
                  with("extensions", {{"pg_stat_statements", "1.9"}})),
            (Words{"pg_stat_statements: \"1.10\" -> \"1.9\""}));
}

TEST(EnvironmentDetails, SettingsAreSetOrNot) {
  Environment before, after;
  after.postgres_settings["work_mem"] = "8MB";
  after.postgres_settings["data_directory"] = "/elsewhere";
  EXPECT_EQ(words("settings", before, after), (Words{"work_mem: not set -> \"8MB\""}));
  after.generator["workers"] = before.generator["workers"] = "1";
  after.generator["turn"] = "20 ms";
  EXPECT_EQ(words("client", before, after), (Words{"generator's turn: not set -> \"20 ms\""}));
}

TEST(EnvironmentDetails, WhatOneArmDoesNotKnowIsNoDifference) {
  Environment before, after;
  EXPECT_FALSE(group_differences("schema", before, after));
  after.groups["schema"].details = {{"index public.t a", "x"}};
  EXPECT_FALSE(group_differences("schema", before, after)) << "an older tare's baseline";
  before.host = {{"cpu", "fast"}, {"memory_bytes", "16600000000"}, {"load_average_1m", "1"}};
  after.host = {{"cpu", "fast"}, {"memory_bytes", "16600001234"}, {"kernel", "new"}};
  EXPECT_EQ(words("host", before, after), Words{});
  before.groups["schema"].not_read = "permission denied";
  EXPECT_FALSE(group_differences("schema", before, after));
  before.groups["schema"].details = {{"index public.t b", "x"}};
  EXPECT_EQ(words("schema", before, after), Words{}) << "known in part";
}

// One more object moves what is kept of ten thousand.
TEST(EnvironmentDetails, OnlyWhatBothHaveKeptIsCompared) {
  Environment before = with("schema", {{"a", "1"}, {"b", "1"}, {"d", "1"}});
  Environment after = with("schema", {{"a", "1"}, {"b", "1"}, {"c", "1"}});
  before.groups["schema"].left_out = 7;
  after.groups["schema"].left_out = 8;
  EXPECT_EQ(words("schema", before, after), (Words{"+ c (1)"}));
}

TEST(EnvironmentDetails, SamplesDifferAndAreAlike) {
  EXPECT_EQ(size_of("statistics", "n_distinct=4000", "n_distinct=5200"), Size::within_chance);
  EXPECT_EQ(size_of("statistics", "n_distinct=4000", "n_distinct=40"), Size::beyond_chance);
  EXPECT_EQ(size_of("statistics", "n_distinct=-0.2", "n_distinct=-0.9"), Size::beyond_chance);
  EXPECT_EQ(size_of("statistics", "n_distinct=-0.2", "n_distinct=52000"), Size::within_chance);
  EXPECT_EQ(size_of("statistics", "nulls=0.1", "nulls=0.3"), Size::beyond_chance);
  EXPECT_EQ(size_of("statistics", "values=aa", "values=bb"), Size::within_chance);
  EXPECT_EQ(size_of("statistics", "bounds=101", "bounds=1001"), Size::beyond_chance) << "a target";
  EXPECT_EQ(size_of("data", "pages=1000", "pages=1010"), Size::within_chance);
  EXPECT_EQ(size_of("data", "pages=1000", "pages=2000"), Size::beyond_chance);
  EXPECT_EQ(size_of("data", "rows=0", "rows=20"), Size::beyond_chance) << "never counted";
  EXPECT_EQ(size_of("data", "written=0", "written=1"), Size::beyond_chance);
}

TEST(EnvironmentDetails, KeysExpireAndAreNotTakenAway) {
  const auto keys = [](const std::string& figures) { return with("cache", {{"keys", figures}}); };
  const Environment before = keys("keys=3000 expired=10");
  const auto size = [&](const Environment& after) {
    const auto found = group_differences("cache", before, after);
    for (const DetailDifference& each : found.value()) {
      if (each.figure == "keys") return each.size;
    }
    return Size::within_chance;
  };
  EXPECT_EQ(size(keys("keys=1000 expired=2100")), Size::within_chance);
  EXPECT_EQ(size(keys("keys=0 expired=10")), Size::beyond_chance);
  EXPECT_EQ(size(keys("keys=9000 expired=10")), Size::beyond_chance);
}

}  // namespace
}  // namespace tare
