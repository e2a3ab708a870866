#include "loaders/load_dataset.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/model/errors.h"
#include "bench/model/problem.h"

namespace tare {
namespace {

Table query_table(const std::string& name, const std::string& sql) {
  return {.name = name,
          .columns = {{"id", "bigint", ""}, {"odd \"name", "text", ""}},
          .primary_key = {"id"},
          .rows_from = QueryRows{sql},
          .rows = {}};
}

Scenario small_scenario() {
  Scenario scenario;
  scenario.file = "scenarios/small.json";
  scenario.name = "small";
  scenario.dataset.tables = {
      query_table("author", "SELECT n, 'name ' || n FROM generate_series(1, 100) n"),
      query_table("the/post",
                  "SELECT n, a.\"odd \"\"name\" FROM generate_series(1, 1000) n "
                  "JOIN author a ON a.id = 1 + n % 100")};
  scenario.dataset.tables[1].rows = 1000;
  scenario.dataset.after_load = {"CREATE INDEX post_name ON \"the/post\" (\"odd \"\"name\")",
                                 "CREATE VIEW posts AS SELECT * FROM \"the/post\""};
  return scenario;
}

class LoadDatasetTest : public testing::Test {
 protected:
  // The problems as lines, one per problem; "" when the load went well.
  std::string problems_of(const Scenario& scenario) {
    try {
      load_dataset(scenario, database_, {}, {});
      return "";
    } catch (const FileProblems& problems) {
      std::string text;
      for (const Problem& problem : problems.problems()) text += to_text(problem) + "\n";
      return text;
    }
  }

  TestPostgres server_;
  PostgresControl database_{server_.endpoint(), {}};
};

TEST_F(LoadDatasetTest, LoadsAndCanBeRunAgain) {
  std::vector<LoadProgress> seen;
  const auto progress = [&](const LoadProgress& state) { seen.push_back(state); };
  const LoadReport report = load_dataset(small_scenario(), database_, progress, {});
  ASSERT_EQ(report.tables.size(), 2u);
  EXPECT_EQ(report.tables[0].rows, 100);
  EXPECT_EQ(report.tables[1].rows, 1000);
  EXPECT_GT(report.tables[1].bytes, 8192);
  EXPECT_GT(report.seconds, 0);
  EXPECT_EQ(read_stamp(database_), report.stamp);
  EXPECT_EQ(database_.value("SELECT count(*) FROM posts"), "1000");
  EXPECT_EQ(database_.value("SELECT count(*) FROM pg_index WHERE indrelid IN "
                            "('author'::regclass, '\"the/post\"'::regclass)"),
            "3");
  EXPECT_EQ(database_.value("SELECT reltuples FROM pg_class WHERE relname = 'the/post'"), "1000");
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front().stage, "rows");
  EXPECT_EQ(seen.back().stage, "statistics");
  EXPECT_EQ(load_dataset(small_scenario(), database_, {}, {}).stamp, report.stamp);
  EXPECT_EQ(database_.value("SELECT count(*) FROM posts"), "1000");
}

TEST_F(LoadDatasetTest, NamesFileAndPlaceOfRefusedSql) {
  Scenario types = small_scenario();
  types.dataset.tables[0].columns[1].type = "texxt";
  types.dataset.tables[1].columns[0].type = "bigint)";
  const std::string text = problems_of(types);
  EXPECT_NE(text.find("scenarios/small.json: /dataset/tables/author/columns/odd \"name/type: "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("type \"texxt\" does not exist"), std::string::npos) << text;
  EXPECT_NE(text.find("/dataset/tables/the~1post/columns/id/type: "), std::string::npos) << text;

  Scenario queries = small_scenario();
  queries.dataset.tables[0].rows_from = QueryRows{"SELECT n, nme FROM generate_series(1, 2) n"};
  queries.dataset.tables[1].rows_from = QueryRows{"SELECT 1"};
  const std::string query_text = problems_of(queries);
  EXPECT_NE(query_text.find("/dataset/tables/author/rows_from/query: "), std::string::npos)
      << query_text;
  EXPECT_NE(query_text.find("/dataset/tables/the~1post/rows_from/query: "), std::string::npos)
      << query_text;

  Scenario running = small_scenario();
  running.dataset.tables[0].rows_from =
      QueryRows{"SELECT n / (n - 3), 'x' FROM generate_series(1, 5) n"};
  EXPECT_NE(problems_of(running).find("/dataset/tables/author/rows_from/query: PostgreSQL refuses "
                                      "it: division by zero (SQLSTATE 22012)"),
            std::string::npos);

  Scenario keys = small_scenario();
  keys.dataset.tables[0].rows_from = QueryRows{"SELECT 1, 'x' FROM generate_series(1, 100)"};
  keys.dataset.tables[1].rows_from = QueryRows{"SELECT n, 'x' FROM generate_series(1, 1000) n"};
  EXPECT_NE(problems_of(keys).find("/dataset/tables/author/primary_key: "), std::string::npos);

  Scenario after = small_scenario();
  after.dataset.after_load.push_back("CREATE INDEX ON author (nothing)");
  EXPECT_NE(problems_of(after).find("/dataset/after_load/2: "), std::string::npos);

  Scenario count = small_scenario();
  count.dataset.tables[1].rows = 999;
  EXPECT_NE(problems_of(count).find(
                "/dataset/tables/the~1post/rows: promises 999 rows, but rows_from gave 1000"),
            std::string::npos);
  EXPECT_EQ(read_stamp(database_), std::nullopt) << "a load that failed left a stamp";
  EXPECT_EQ(problems_of(small_scenario()), "") << "and stands in the way of the next";
}

TEST_F(LoadDatasetTest, LeavesAForeignDatabaseAloneAndStops) {
  std::stop_source stop;
  const auto stop_at_rows = [&](const LoadProgress& state) {
    if (state.table == "the/post") stop.request_stop();
  };
  EXPECT_THROW(load_dataset(small_scenario(), database_, stop_at_rows, stop.get_token()),
               Interrupted);
  EXPECT_EQ(read_stamp(database_), std::nullopt);
  EXPECT_EQ(problems_of(small_scenario()), "");

  database_.execute("CREATE DATABASE other");
  PostgresEndpoint endpoint = server_.endpoint();
  endpoint.database = "other";
  PostgresControl other(endpoint, {});
  other.execute("CREATE TABLE author (id int)");
  EXPECT_THROW(load_dataset(small_scenario(), other, {}, {}), UsageError);
  EXPECT_EQ(other.value("SELECT count(*) FROM pg_class WHERE relname ~ '^(tare|post)'"), "0");
}

TEST_F(LoadDatasetTest, LoadsTheMachinesAptIndex) {
  AptIndexCounts counts;
  try {
    counts = count_apt_index({});
  } catch (const UsageError& error) {
    GTEST_SKIP() << error.what();
  }
  Scenario scenario;
  scenario.name = "apt";
  scenario.dataset.tables = {{.name = "package",
                              .columns = {{"id", "bigint", "id"},
                                          {"name", "text", "name"},
                                          {"description", "text", "description"},
                                          {"popularity", "int NOT NULL", "popularity"}},
                              .primary_key = {"id"},
                              .rows_from = AptIndexRows{"packages"},
                              .rows = {}},
                             {.name = "relation",
                              .columns = {{"package_id", "bigint", "package_id"},
                                          {"kind", "text", "kind"},
                                          {"target", "text", "target"},
                                          {"wants", "text", "version_constraint"}},
                              .primary_key = {},
                              .rows_from = AptIndexRows{"relations"},
                              .rows = {}}};
  const LoadReport report = load_dataset(scenario, database_, {}, {});
  EXPECT_EQ(report.apt_index, counts);
  EXPECT_EQ(report.tables[0].rows, counts.packages);
  EXPECT_EQ(database_.value("SELECT count(*) FROM relation"), std::to_string(counts.relations));
  EXPECT_EQ(
      database_.value("SELECT count(*) FROM package p LEFT JOIN (SELECT target, count(*) uses "
                      "FROM relation WHERE kind IN ('depends', 'pre-depends', 'recommends') "
                      "GROUP BY target) r ON r.target = p.name "
                      "WHERE p.popularity <> coalesce(r.uses, 0)"),
      "0");
}

}  // namespace
}  // namespace tare
