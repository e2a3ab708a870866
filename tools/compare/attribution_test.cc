#include "tools/compare/attribution.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

// A server with one table, everything known.
Environment made_up() {
  Environment out;
  out.versions = {{"tare", "1"}, {"postgres", "15"}, {"redis", "7"}};
  out.host = {{"cpu", "fast"}};
  out.generator = {{"workers", "1"}};
  for (const std::string_view name : kEnvironmentGroups) out.groups[std::string(name)];
  out.groups["schema"].details = {{"column public.comment created_at", "timestamp"}};
  out.groups["data"].details = {{"copy", "aa"}, {"table public.comment", "rows=9000 written=0"}};
  out.groups["statistics"].details = {{"table public.comment created_at", "n_distinct=-0.2"}};
  out.groups["cache"].details = {{"used memory", "1000"}};
  return out;
}

EnvironmentComparison compared(const Environment& before, const Environment& after,
                               const Declared& declared) {
  return compare_environments({{before, after}}, declared);
}

Standing standing_of(const EnvironmentComparison& found, const std::string& group) {
  for (const GroupDifference& difference : found.differing) {
    if (difference.group == group) return difference.standing;
  }
  ADD_FAILURE() << group << " does not differ";
  return Standing::chance;
}

TEST(Attribution, EqualEnvironmentsAreTheSame) {
  const EnvironmentComparison found = compared(made_up(), made_up(), {});
  EXPECT_TRUE(found.differing.empty());
  EXPECT_EQ(found.same.size(), kEnvironmentGroups.size());
  EXPECT_EQ(compared({}, {}, {}).unknown.size(), kEnvironmentGroups.size());
}

TEST(Attribution, AnIndexAndWhatFollowsFromIt) {
  Environment after = made_up();
  after.groups["schema"].details["index public.comment a"] = "CREATE INDEX a";
  after.groups["data"].details["index public.a"] = "pages=30";
  after.groups["cache"].details["used memory"] = "1001";
  const EnvironmentComparison found = compared(made_up(), after, {{"schema.index"}, {}});
  ASSERT_EQ(found.differing.size(), 3u);
  EXPECT_EQ(standing_of(found, "schema"), Standing::declared);
  EXPECT_EQ(standing_of(found, "data"), Standing::follows);
  EXPECT_EQ(found.differing[1].why, "an index has pages of its own");
  EXPECT_EQ(standing_of(found, "cache"), Standing::chance);
  EXPECT_EQ(found.same.size(), kEnvironmentGroups.size() - 3);
}

TEST(Attribution, ASecondVariableIsNotDeclared) {
  Environment after = made_up();
  after.groups["schema"].details["index public.comment a"] = "CREATE INDEX a";
  after.groups["schema"].details["column public.comment created_at"] += ", statistics target 500";
  after.groups["statistics"].details["table public.comment created_at"] = "n_distinct=-0.9";
  after.postgres_settings["work_mem"] = "64MB";
  const EnvironmentComparison found =
      compared(made_up(), after, {{"schema.index"}, {"statistics"}});
  EXPECT_EQ(standing_of(found, "schema"), Standing::undeclared);
  EXPECT_EQ(found.differing[1].details.front(),
            "column public.comment created_at: \"timestamp\" -> \"timestamp, statistics target "
            "500\"")
      << "what is undeclared comes first";
  EXPECT_EQ(standing_of(found, "settings"), Standing::undeclared);
  EXPECT_EQ(standing_of(found, "statistics"), Standing::allowed);
}

TEST(Attribution, SaysInHowManyPairs) {
  Environment after = made_up();
  after.postgres_settings["jit"] = "off";
  const Environment same = made_up();
  const EnvironmentComparison found =
      compare_environments({{same, same}, {same, after}, {same, after}}, {});
  ASSERT_EQ(found.differing.size(), 1u);
  EXPECT_EQ(found.differing[0].details,
            std::vector<std::string>{"jit: not set -> \"off\" (in 2 of 3 pairs)"});
}

TEST(Attribution, DataThatIsKeptInPlaceDrifts) {
  Environment before = made_up(), after = made_up();
  after.groups["data"].details["table public.comment"] = "rows=90000 written=0";
  EXPECT_EQ(standing_of(compared(before, after, {}), "data"), Standing::undeclared);
  before.groups["data"].details["copy"] = "none: kept in place";
  EXPECT_EQ(standing_of(compared(before, after, {}), "data"), Standing::chance);
}

TEST(Attribution, AChangesFieldsCountForAVariableOfTheirKind) {
  Change change;
  change.apply = {PostgresSettingsAction{{{"work_mem", "8MB"}}},
                  RedisSettingsAction{{{"maxmemory", "3mb"}}}};
  change.variable = "redis.memory";
  EXPECT_EQ(declared_by(change).variables,
            (std::set<std::string>{"redis.memory", "redis.maxmemory"}));
  change.variable = "some.thing";
  EXPECT_EQ(declared_by(change).variables,
            (std::set<std::string>{"some.thing", "postgres.work_mem", "redis.maxmemory"}));
  change.variable = "schema.index";
  change.binaries.postgres_bin = "/opt/next";
  EXPECT_EQ(declared_by(change).variables, std::set<std::string>{"schema.index"});
  change.variable = "postgres.version";
  change.apply.clear();
  EXPECT_EQ(declared_by(change).variables, std::set<std::string>{"postgres.version"});
}

TEST(Attribution, ManyDifferencesAreCut) {
  Environment after = made_up();
  for (int i = 0; i < 50; ++i) after.postgres_settings["s" + std::to_string(i)] = "1";
  const EnvironmentComparison found = compared(made_up(), after, {});
  EXPECT_EQ(found.differing[0].details.size(), kMostDifferences + 1);
  EXPECT_EQ(found.differing[0].details.back(), "30 more");
}

}  // namespace
}  // namespace tare
