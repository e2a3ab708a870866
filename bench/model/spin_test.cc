#include "bench/model/spin.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"
#include "bench/model/sql_text.h"

namespace tare {
namespace {

Scenario shop() {
  Scenario scenario;
  Operation write{"order", {}, {SqlStep{"insert", "INSERT INTO t VALUES (1)", {}, {}, true}}};
  CachedStep page;
  page.name = "list";
  page.on_miss.sql = "SELECT * FROM t WHERE id = $1";
  Operation read{"page", {}, {RedisStep(), page, SqlStep{"more", "SELECT 2", {}, {}, false}}};
  scenario.operations = {write, read};
  return scenario;
}

TEST(Spin, GoesIntoTheFirstStatementThatOnlyReads) {
  const Scenario spun = with_spin(shop(), "page", 25);
  const auto& cached = std::get<CachedStep>(spun.operations[1].steps[1]);
  EXPECT_EQ(cached.on_miss.sql,
            "SELECT spun.* FROM (SELECT * FROM t WHERE id = $1\n) AS spun WHERE (SELECT count(*) "
            "FROM (SELECT generate_series(1, (SELECT 25))) AS turn) > 0");
  EXPECT_EQ(std::get<SqlStep>(spun.operations[1].steps[2]).sql, "SELECT 2");
  EXPECT_EQ(spun_step(shop(), "page"), "list.query");
}

TEST(Spin, IsOneReadingStatementWhateverTheStatementEndsWith) {
  for (const char* sql : {"SELECT 1;", "SELECT 1 ; \n", "SELECT 1 -- one", "SELECT 1 /* one */",
                          "WITH a AS (SELECT 1 AS x) SELECT x, x FROM a ORDER BY 1 LIMIT 3",
                          "VALUES (1), (2)", "(SELECT 1) UNION ALL SELECT 2"}) {
    const SqlFacts facts = inspect_sql(with_spin(sql, 3));
    EXPECT_EQ(facts.error, "") << sql;
    EXPECT_EQ(facts.statements, 1) << sql;
    EXPECT_FALSE(facts.writes) << sql;
  }
}

TEST(Spin, AProbeSharesTheRequestsOfTheOperation) {
  Scenario scenario = shop();
  scenario.load.mix = {1, 3};
  scenario.load.phases = {{Nanoseconds(5), {0, 8}}};
  const Scenario both = with_probe(scenario, "page", "page, probe", 25);
  ASSERT_EQ(both.operations.size(), 3u);
  EXPECT_EQ(both.operations[2].name, "page, probe");
  const auto sql_of = [&both](size_t operation) {
    return std::get<CachedStep>(both.operations[operation].steps[1]).on_miss.sql;
  };
  EXPECT_EQ(sql_of(1), with_spin("SELECT * FROM t WHERE id = $1", 1));
  EXPECT_EQ(sql_of(2), with_spin("SELECT * FROM t WHERE id = $1", 25));
  EXPECT_EQ(both.load.mix, (std::vector<double>{1, 1.5, 1.5}));
  EXPECT_EQ(both.load.phases[0].mix, (std::vector<double>{0, 4, 4}));
}

TEST(Spin, SaysWhereThereIsNoPlaceForIt) {
  const auto message_of = [](const std::string& operation) -> std::string {
    try {
      with_spin(shop(), operation, 1);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message_of("pgae"), "the scenario has no operation pgae; it has order, page");
  EXPECT_NE(message_of("order").find("only reads, and operation order has none"),
            std::string::npos);
  for (const char* sql : {"SHOW work_mem", "EXPLAIN SELECT 1", "SELECT 1; -- one"}) {
    Scenario scenario = shop();
    scenario.operations.push_back({"odd", {}, {SqlStep{"odd", sql, {}, {}, false}}});
    EXPECT_THROW(with_spin(scenario, "odd", 1), UsageError) << sql;
  }
}

}  // namespace
}  // namespace tare
