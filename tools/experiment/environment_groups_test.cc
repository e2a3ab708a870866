// All readers of the environment, on every version of PostgreSQL that the machine has.
#include "tools/experiment/environment_groups.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"
#include "tools/experiment/environment_cache.h"
#include "tools/experiment/environment_data.h"
#include "tools/experiment/environment_queries.h"
#include "tools/experiment/environment_schema.h"
#include "tools/experiment/environment_server.h"

namespace tare {
namespace {

class OnEachVersion : public ::testing::TestWithParam<TestVersion> {
 protected:
  OnEachVersion() : server_(TestPostgres::Setup{GetParam().bin, {}}) {
    postgres_.emplace(server_.endpoint(), std::stop_token());
    for (const char* sql :
         {"CREATE TABLE post (id int PRIMARY KEY, body text NOT NULL DEFAULT 'secret-of-mine')",
          "INSERT INTO post SELECT i, 'secret-of-mine' FROM generate_series(1, 5000) i",
          "CREATE STATISTICS pair_of ON id, body FROM post",
          "CREATE INDEX of_body ON post (upper(body))",
          "CREATE FUNCTION hidden() RETURNS text LANGUAGE sql AS $$SELECT 'secret-of-mine'$$",
          "ANALYZE post"}) {
      postgres_->execute(sql);
    }
  }

  EnvironmentGroups read(const std::string& template_database = "postgres") {
    EnvironmentQueries queries(*postgres_);
    EnvironmentGroups out = read_schema_groups(queries);
    out["server"] = read_server_groups(queries)["server"];
    for (auto& [name, group] : read_data_groups(queries, template_database)) {
      out[name] = group;
    }
    return out;
  }

  TestPostgres server_;
  std::optional<PostgresControl> postgres_;
};

TEST_P(OnEachVersion, EveryGroupIsRead) {
  EnvironmentGroups groups = read();
  for (const auto& [name, group] : groups) EXPECT_EQ(group.not_read, "") << name;
  EXPECT_EQ(groups["server"].details.at("block_size"), "8192");
  EXPECT_TRUE(groups["server"].details.contains("collation"));
  EXPECT_TRUE(groups["extensions"].details.contains("plpgsql"));
  const Settings& schema = groups["schema"].details;
  EXPECT_TRUE(schema.contains("index public.post of_body"));
  EXPECT_TRUE(schema.contains("column public.post body"));
  EXPECT_TRUE(schema.contains("statistics public.pair_of"));
  EXPECT_TRUE(schema.contains("function hidden()"));
  EXPECT_TRUE(groups["data"].details.at("table public.post").starts_with("rows=5000 pages="));
  EXPECT_NE(groups["data"].details.at("table public.post").find("written=5000"), std::string::npos);
  EXPECT_TRUE(groups["data"].details.contains("index public.of_body"));
  EXPECT_EQ(groups["data"].details.at("copy").size(), 16u);
  EXPECT_TRUE(groups["statistics"].details.at("table public.post id").starts_with("n_distinct=-1"));
  EXPECT_TRUE(groups["statistics"].details.contains("index public.of_body upper"));
  EXPECT_TRUE(groups["statistics"].details.contains("extended public.pair_of"));
  EXPECT_EQ(groups["maintenance"].details.at("analyze public.post"), "1 times");
}

TEST_P(OnEachVersion, NothingThatIsNotTouchedDiffers) {
  const EnvironmentGroups before = read();
  EXPECT_EQ(read(), before);
  postgres_->execute("ALTER TABLE post ALTER COLUMN body SET STATISTICS 500");
  EnvironmentGroups after = read();
  EXPECT_EQ(after["data"], before.at("data"));
  EXPECT_NE(after["schema"].details.at("column public.post body"),
            before.at("schema").details.at("column public.post body"));
}

TEST_P(OnEachVersion, NoValueIsKept) {
  for (const auto& [name, group] : read()) {
    for (const auto& [detail, value] : group.details) {
      if (detail == "column public.post body") continue;  // its default is its definition
      EXPECT_EQ(value.find("secret-of-mine"), std::string::npos) << name << ": " << detail;
    }
  }
}

TEST_P(OnEachVersion, WhatTheUserMayNotSeeIsSaid) {
  postgres_->execute("CREATE ROLE narrow LOGIN");
  postgres_->execute("REVOKE SELECT ON pg_stats FROM public");
  PostgresEndpoint endpoint = server_.endpoint();
  endpoint.user = "narrow";
  PostgresControl narrow(endpoint, {});
  EnvironmentQueries queries(narrow);
  EnvironmentGroups groups = read_data_groups(queries, "");
  EXPECT_NE(groups["statistics"].not_read.find("permission denied"), std::string::npos);
  EXPECT_TRUE(groups["data"].details.contains("table public.post"));
  EXPECT_EQ(groups["data"].details.at("table public.post").find("written"), std::string::npos);
}

// The limit on a question is no setting of the session afterwards.
TEST_P(OnEachVersion, TheSessionIsLeftAsItWas) {
  postgres_->execute("SET statement_timeout = 0");
  { EnvironmentQueries queries(*postgres_); }
  EXPECT_EQ(postgres_->value("SELECT source FROM pg_settings WHERE name = 'statement_timeout'"),
            "default");
  std::string not_read;
  EnvironmentQueries queries(*postgres_);
  EXPECT_TRUE(queries.rows("SELECT pg_sleep(10)", not_read).empty());
  EXPECT_NE(not_read.find("timeout"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, OnEachVersion, ::testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

TEST(EnvironmentGroupsOf, OfTenThousandTablesTheFirstAreRead) {
  const TestPostgres server(TestPostgres::Setup{{}, {"max_locks_per_transaction=20000"}});
  PostgresControl postgres(server.endpoint(), {});
  postgres.execute(
      "DO $$ BEGIN FOR i IN 1..10000 LOOP EXECUTE format('CREATE TABLE t%s (a int, b int)', i); "
      "IF i <= 250 THEN EXECUTE format('INSERT INTO t%s VALUES (1, 2); ANALYZE t%s', i, i); "
      "END IF; END LOOP; END $$");
  EnvironmentQueries queries(postgres);
  EnvironmentGroups groups = read_schema_groups(queries);
  EnvironmentGroups data = read_data_groups(queries, "postgres");
  EXPECT_EQ(groups["schema"].details.size(), kMostDetails);
  EXPECT_GT(groups["schema"].left_out, 20000);
  EXPECT_NE(data["data"].not_read.find("only of the first"), std::string::npos);
  EXPECT_NE(data["statistics"].not_read.find("only of"), std::string::npos);
}

TEST(EnvironmentCache, CountsKeysByPattern) {
  const TestRedis server;
  RedisControl redis(server.endpoint());
  redis.command({"SET", "site:post:1", "x", "EX", "100"});
  redis.command({"SET", "site:post:2", "x"});
  redis.command({"SET", "other", "x"});
  EnvironmentGroups groups =
      read_cache_groups(redis, {"cold cache; servers restarted", {"site:post:*", "site:*"}});
  EXPECT_EQ(groups["cache"].details.at("keys"), "keys=3 expiring=1 expired=0 evicted=0");
  EXPECT_EQ(groups["cache"].details.at("keys of site:post:*"), "2");
  EXPECT_EQ(groups["cache"].details.at("keys of site:*"), "0");
  EXPECT_EQ(groups["cache"].details.at("keys of no pattern of the scenario"), "1");
  EXPECT_EQ(groups["cache"].details.at("start"), "cold cache; servers restarted");
  EXPECT_TRUE(read_cache_groups(redis, {"nothing restored", {}})["cache"].details.contains(
      "keys of everyone"));
  EXPECT_EQ(groups["redis"].details.at("role"), "master");
  EXPECT_FALSE(groups["redis"].details.at("allocator").empty());
}

}  // namespace
}  // namespace tare
