#include "bench/drivers/postgres_counters.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "bench/drivers/index_use.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

int64_t value_of(const CounterSource& source, const std::string& object, const std::string& name) {
  EXPECT_EQ(source.missing, "") << source.name;
  for (const CounterValue& value : source.values) {
    if (value.object == object && value.name == name) return value.value;
  }
  return 0;
}

class PostgresCountersTest : public testing::TestWithParam<TestVersion> {
 protected:
  PostgresCountersTest() { control_.execute("CREATE EXTENSION pg_stat_statements"); }

  std::map<std::string, CounterLook> look() {
    read_use(control_);  // what was counted so far is handed in
    std::map<std::string, CounterLook> looks;
    for (const char* source : cumulative_sources())
      looks[source] = look_at_postgres(control_, source);
    return looks;
  }

  void in_a_session(const std::vector<std::string>& statements) {
    {
      PostgresControl session(server_.endpoint(), {});
      session.execute("SET application_name = 'tare load'");
      session.execute("SET enable_seqscan = off");
      for (const std::string& sql : statements) session.query(sql);
    }
    ASSERT_EQ(await_other_sessions_end(control_, 5s), 0);
  }

  TestPostgres server_{TestPostgres::Setup{
      GetParam().bin, {"shared_preload_libraries=pg_stat_statements", "autovacuum=off"}}};
  PostgresControl control_{server_.endpoint(), {}};
};

// The table is right in both directions: a counter is there as long as it says, and no longer.
TEST_P(PostgresCountersTest, EachCounterIsWhereTheTableSays) {
  const int major = control_.version() / 10000;
  for (const PostgresCounter& counter : postgres_counters()) {
    const std::string sql =
        std::string("SELECT ") + counter.expression + " FROM " + counter.view + " LIMIT 0";
    const bool there = !control_.prepare_check(sql, 0);
    EXPECT_EQ(there, counter.since <= major && major <= counter.until)
        << counter.source << " " << counter.name << " on " << major;
  }
}

TEST_P(PostgresCountersTest, KnownWorkGivesKnownCounts) {
  const int version = control_.version();
  control_.execute("CREATE TABLE post (id int PRIMARY KEY, views int) WITH (fillfactor = 50)");
  control_.execute("INSERT INTO post SELECT n, n FROM generate_series(1, 100) n");
  control_.execute("VACUUM ANALYZE post");
  const auto before = look();
  const CounterLook statements_before = look_at_statements(control_, "postgres");
  std::vector<std::string> work(7, "SELECT views FROM post WHERE id = 5");
  work.insert(work.end(), 3, "UPDATE post SET views = views + 1 WHERE id = 6");
  work.emplace_back("INSERT INTO post SELECT n, 1 FROM generate_series(1001, 1020) n");
  in_a_session(work);
  const CounterSource statements =
      counters_between("statements", CounterSpan::window, statements_before,
                       look_at_statements(control_, "postgres"));
  const auto after = look();
  std::set<std::string> ids;
  for (const CounterValue& value : statements.values) ids.insert(value.object);
  int found = 0;
  for (const auto& [id, text] : statement_texts(control_, ids)) {
    if (text.starts_with("SELECT views FROM post")) {
      ++found;
      EXPECT_EQ(value_of(statements, id, "calls"), 7);
      EXPECT_EQ(value_of(statements, id, "rows"), 7);
      EXPECT_GT(value_of(statements, id, "exec_time"), 0);
      EXPECT_EQ(value_of(statements, id, "wal_records"), 0);
    } else if (text.starts_with("UPDATE post")) {
      ++found;
      EXPECT_EQ(value_of(statements, id, "calls"), 3);
      EXPECT_GE(value_of(statements, id, "wal_records"), 3);
      EXPECT_GT(value_of(statements, id, "shared_blks_hit"), 0);
    } else {
      EXPECT_EQ(text.find("tare looks"), std::string::npos) << text;
    }
  }
  EXPECT_EQ(found, 2);

  const auto between = [&](const std::string& source) {
    return counters_between(source, CounterSpan::load, before.at(source), after.at(source));
  };
  const CounterSource database = between("database");
  EXPECT_EQ(value_of(database, "", "tup_inserted"), 20);
  EXPECT_EQ(value_of(database, "", "tup_updated"), 3);
  EXPECT_EQ(value_of(database, "", "deadlocks"), 0);
  EXPECT_GT(value_of(database, "", "xact_commit"), 10);
  const CounterSource tables = between("tables");
  EXPECT_GE(value_of(tables, "public.post", "idx_blks_hit"), 7);
  EXPECT_LE(value_of(tables, "public.post", "heap_blks_read"), version >= 160000 ? 0 : 1)
      << "before 16 a new page counts as read";
  if (version >= 140000) {
    EXPECT_GT(value_of(between("wal"), "", "bytes"), 20 * 30);
    EXPECT_EQ(value_of(database, "", "sessions"), 1);
  } else {
    EXPECT_EQ(between("wal").missing, "came with PostgreSQL 14; this is 13");
  }
  if (version >= 160000) {
    EXPECT_GT(value_of(between("io"), "client backend relation normal", "hits"), 10);
    EXPECT_EQ(value_of(between("new pages"), "", "newpage_updates"), 0);
  } else {
    EXPECT_EQ(between("io").missing.substr(0, 24), "came with PostgreSQL 16;");
  }
}

TEST_P(PostgresCountersTest, SeesACheckpointWhereverItIsCounted) {
  const CounterLook before = look_at_postgres(control_, "checkpoints");
  in_a_session({"CREATE TABLE t AS SELECT 1 AS n", "CHECKPOINT"});
  for (int turn = 0; turn < 50; ++turn) {  // the checkpointer tells a little later
    read_use(control_);
    const CounterSource seen = counters_between("checkpoints", CounterSpan::load, before,
                                                look_at_postgres(control_, "checkpoints"));
    if (value_of(seen, "", "requested") == 1) break;
  }
  const CounterSource seen = counters_between("checkpoints", CounterSpan::load, before,
                                              look_at_postgres(control_, "checkpoints"));
  EXPECT_EQ(value_of(seen, "", "requested"), 1);
  EXPECT_GT(value_of(seen, "", "written"), 0);
  const std::string query = postgres_counter_query("checkpoints", "requested", control_.version());
  EXPECT_EQ(std::stoll(control_.value("SELECT " + query)),
            before.values.at({"", "requested"}).value + 1);
}

TEST_P(PostgresCountersTest, AResetVoidsWhatLiesBetween) {
  control_.query("SELECT 1");
  const CounterLook statements = look_at_statements(control_, "postgres");
  const CounterLook database = look_at_postgres(control_, "database");
  control_.query("SELECT pg_stat_statements_reset(), pg_stat_reset()");
  read_use(control_);
  for (int more = 0; more < 100; ++more) control_.query("SELECT 1");
  read_use(control_);
  const CounterSource seen = counters_between("statements", CounterSpan::window, statements,
                                              look_at_statements(control_, "postgres"));
  if (control_.version() >= 140000) {  // before, only counters that fell show it
    EXPECT_NE(seen.missing.find("void: somebody reset"), std::string::npos) << seen.missing;
    EXPECT_TRUE(seen.values.empty());
  }
  const CounterSource other = counters_between("database", CounterSpan::load, database,
                                               look_at_postgres(control_, "database"));
  EXPECT_NE(other.missing.find("void: somebody reset"), std::string::npos) << other.missing;
}

TEST_P(PostgresCountersTest, WhatMayNotBeReadIsNamedWithWhatToGrant) {
  control_.execute("CREATE ROLE reader LOGIN");
  control_.execute("REVOKE ALL ON FUNCTION pg_stat_statements FROM public");
  control_.execute("REVOKE ALL ON pg_stat_bgwriter FROM public");
  control_.execute("CREATE DATABASE other");
  PostgresEndpoint endpoint = server_.endpoint();
  endpoint.user = "reader";
  PostgresControl reader(endpoint, {});
  EXPECT_EQ(look_at_statements(reader, "postgres").missing,
            "pg_stat_statements may not be read: GRANT pg_monitor TO reader");
  EXPECT_EQ(look_at_postgres(reader, "buffers").missing,
            "pg_stat_bgwriter may not be read: GRANT pg_monitor TO reader");
  EXPECT_EQ(look_at_postgres(reader, "database").missing, "");
  endpoint.database = "other";
  PostgresControl elsewhere(endpoint, {});
  EXPECT_NE(look_at_statements(elsewhere, "other").missing.find("CREATE EXTENSION"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(All, PostgresCountersTest, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

TEST(PostgresCounters, ASourceIsOneViewInEachVersion) {
  for (int major = kOldestPostgres; major <= kNewestPostgres; ++major) {
    std::map<std::string, std::string> views;
    std::set<std::string> names;
    for (const PostgresCounter& counter : postgres_counters()) {
      if (major < counter.since || counter.until < major) continue;
      EXPECT_EQ(views.try_emplace(counter.source, counter.view).first->second, counter.view);
      EXPECT_TRUE(names.insert(std::string(counter.source) + "/" + counter.name).second)
          << counter.source << " " << counter.name << " twice in " << major;
    }
  }
}

TEST(PostgresCounters, TellsWhichCounterAVersionLacks) {
  EXPECT_EQ(postgres_counter_query("checkpoints", "timed", 160010),
            "(SELECT checkpoints_timed FROM pg_stat_bgwriter WHERE true)");
  EXPECT_EQ(postgres_counter_query("checkpoints", "timed", 170010),
            "(SELECT num_timed FROM pg_stat_checkpointer WHERE true)");
  EXPECT_THROW(postgres_counter_query("wal", "bytes", 130020), std::invalid_argument);
  EXPECT_THROW(postgres_counter_query("io", "reads", 170010), std::invalid_argument);
}

TEST(PostgresCounters, WithoutTheLibraryItSaysWhatToDo) {
  const TestPostgres server;
  PostgresControl control(server.endpoint(), {});
  EXPECT_EQ(look_at_statements(control, "postgres").missing,
            "no pg_stat_statements: name it in shared_preload_libraries, restart, and CREATE "
            "EXTENSION pg_stat_statements in database postgres");
  control.execute("CREATE EXTENSION pg_stat_statements");
  EXPECT_EQ(look_at_statements(control, "postgres").missing,
            "no pg_stat_statements: name it in shared_preload_libraries, and restart PostgreSQL");
}

}  // namespace
}  // namespace tare
