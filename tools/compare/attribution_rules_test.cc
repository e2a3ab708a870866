#include "tools/compare/attribution_rules.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

const std::set<std::string> kTouched = {"comment"};

Standing of(const DifferingDetail& detail, const std::string& variable) {
  return explain(detail, {variable}, kTouched).standing;
}

TEST(AttributionRules, AnIndexIsNoColumn) {
  const DifferingDetail index{"schema", "index", "index public.comment a", "comment"};
  const DifferingDetail column{"schema", "column", "column public.comment x", "comment"};
  EXPECT_EQ(of(index, "schema.index"), Standing::declared);
  EXPECT_EQ(of(index, "schema.index.comment"), Standing::declared);
  EXPECT_EQ(of(column, "schema.index"), Standing::undeclared);
  EXPECT_EQ(of(column, "schema.column"), Standing::declared);
  EXPECT_EQ(of(column, "schema.comment.x"), Standing::declared);
  EXPECT_EQ(of(column, "postgres.work_mem"), Standing::undeclared);
  EXPECT_EQ(of(column, "postgres.version"), Standing::follows);
}

TEST(AttributionRules, WhatFollowsStaysWithTheTablesThatWereTouched) {
  const auto rows = [](const std::string& table) {
    return DifferingDetail{"data", "table:rows", "table public." + table, table};
  };
  const Explanation follows = explain(rows("comment"), {"schema.index"}, kTouched);
  EXPECT_EQ(follows.standing, Standing::follows);
  EXPECT_EQ(follows.why, "building an index counts its table anew");
  EXPECT_EQ(of(rows("post"), "schema.index"), Standing::undeclared);
  EXPECT_EQ(of(rows("post"), "data.posts"), Standing::declared);
  const DifferingDetail written{"data", "table:written", "table public.comment", "comment"};
  EXPECT_EQ(of(written, "schema.index"), Standing::undeclared) << "an index writes no row";
  EXPECT_EQ(of(written, "schema.column"), Standing::follows);
}

TEST(AttributionRules, ASettingIsDeclaredByItsName) {
  const DifferingDetail work_mem{"settings", "work_mem", "work_mem", ""};
  EXPECT_EQ(of(work_mem, "postgres.work_mem"), Standing::declared);
  EXPECT_EQ(of(work_mem, "postgres.WORK_MEM"), Standing::declared);
  EXPECT_EQ(of(work_mem, "postgres.jit"), Standing::undeclared);
  EXPECT_EQ(of(work_mem, "postgres"), Standing::declared);
  EXPECT_EQ(of(work_mem, "postgres.settings"), Standing::declared);
  const DifferingDetail maxmemory{"redis", "setting", "setting maxmemory", ""};
  EXPECT_EQ(of(maxmemory, "redis.maxmemory"), Standing::declared);
  EXPECT_EQ(of(maxmemory, "redis.hz"), Standing::undeclared);
  EXPECT_EQ(of({"cache", "keys:keys", "keys", ""}, "redis.maxmemory"), Standing::follows);
  EXPECT_EQ(of({"redis", "version", "version", ""}, "redis.maxmemory"), Standing::undeclared);
}

TEST(AttributionRules, WhatIsMomentaryIsTheVariableOfNobody) {
  const DifferingDetail vacuum{"maintenance", "running", "running vacuums", ""};
  EXPECT_EQ(of(vacuum, "schema.index"), Standing::chance);
  EXPECT_EQ(explain(vacuum, {}, {}).standing, Standing::chance);
  const DifferingDetail analyzed{"maintenance", "analyze", "analyze public.post", "post"};
  EXPECT_EQ(explain(analyzed, {}, {}).standing, Standing::undeclared);
  EXPECT_EQ(of(analyzed, "statistics.post"), Standing::follows);
}

TEST(AttributionRules, SomeVariablesAreNotKnown) {
  EXPECT_TRUE(is_known_variable("schema.post.slug"));
  EXPECT_TRUE(is_known_variable("scenario.tag_page.ttl"));
  EXPECT_FALSE(is_known_variable("some.thing"));
  EXPECT_FALSE(is_known_variable("schemata"));
  EXPECT_FALSE(is_known_variable(""));
  EXPECT_EQ(of({"schema", "index", "index public.comment a", "comment"}, "some.thing"),
            Standing::undeclared);
}

}  // namespace
}  // namespace tare
