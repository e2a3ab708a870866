#include "bench/model/scenario_reader.h"

#include <gtest/gtest.h>

#include "bench/model/reader_fixture.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

Lines problems_in(const std::string& text, const std::map<std::string, std::string>& set = {}) {
  const TemporaryFile file(text);
  return problems_of([&] { read_scenario(file.path(), set); });
}

// The good file with one thing replaced.
Lines problems_with(const std::string& from, const std::string& to) {
  return problems_in(with(kGoodScenario, from, to));
}

Scenario good(const std::map<std::string, std::string>& set = {}) {
  const TemporaryFile file(kGoodScenario);
  return read_scenario(file.path(), set);
}

TEST(ScenarioReader, ReadsTheDataset) {
  const Scenario scenario = good();
  EXPECT_EQ(scenario.name, "small-archive");
  EXPECT_EQ(scenario.description, "A page behind a cache /* not a comment */");
  EXPECT_EQ(scenario.seed, 7u);
  EXPECT_EQ(scenario.text, kGoodScenario);
  ASSERT_EQ(scenario.dataset.tables.size(), 2u);
  const Table& package = scenario.dataset.tables[0];
  EXPECT_EQ(package.name, "package");
  EXPECT_EQ(std::get<AptIndexRows>(package.rows_from).table, "packages");
  EXPECT_EQ(package.rows, 1000);
  ASSERT_EQ(package.columns.size(), 3u);
  EXPECT_EQ(package.columns[1].name, "name");
  EXPECT_EQ(package.columns[1].type, "text NOT NULL");
  EXPECT_EQ(package.columns[1].field, "name");
  EXPECT_EQ(package.primary_key, Lines{"id"});
  const Table& day = scenario.dataset.tables[1];
  EXPECT_EQ(std::get<QueryRows>(day.rows_from).sql, "SELECT n FROM generate_series(1, 365) AS n");
  EXPECT_FALSE(day.rows.has_value());
  EXPECT_EQ(scenario.dataset.after_load, Lines{"CREATE INDEX package_name ON package (name)"});
}

TEST(ScenarioReader, ReadsCachedStepsOverTheOperationsDraws) {
  const Scenario scenario = good();
  ASSERT_EQ(scenario.cache_rules.size(), 1u);
  EXPECT_EQ(scenario.cache_rules[0].key, "archive:package:{package_id}");
  EXPECT_EQ(scenario.cache_rules[0].ttl_s, 300);
  EXPECT_EQ(scenario.cache_rules[0].bypass_when, "maintainer");
  const Operation& page = scenario.operations.at(0);
  EXPECT_EQ(page.name, "package_page");
  const auto& cached = std::get<CachedStep>(page.steps.at(0));
  EXPECT_EQ(cached.name, "page");
  EXPECT_EQ(cached.rule, 0u);
  EXPECT_EQ(cached.bypass, 1u);
  ASSERT_EQ(cached.key.parts.size(), 2u);
  EXPECT_EQ(cached.key.parts[0].literal, "archive:package:");
  EXPECT_EQ(cached.key.parts[1].draw, 0u);
  EXPECT_EQ(cached.on_miss.parameters, std::vector<size_t>{0});
  EXPECT_EQ(cached.on_miss.expect.minimum_rows, 1);
  EXPECT_EQ(cached.on_miss.expect.maximum_rows, 1);
  EXPECT_FALSE(cached.on_miss.writes);
  const auto& count = std::get<RedisStep>(page.steps.at(1));
  EXPECT_EQ(count.name, "zincrby");
  EXPECT_TRUE(count.writes);
  EXPECT_EQ(count.expect.type, ReplyType::string);
  const Template& member = count.arguments.at(3);
  ASSERT_EQ(member.parts.size(), 3u);
  EXPECT_EQ(member.parts[0].literal, "{");
  EXPECT_EQ(member.parts[1].draw, 0u);
  EXPECT_EQ(member.parts[2].literal, "}");
}

TEST(ScenarioReader, ReadsDrawsAndPlainSteps) {
  const Scenario scenario = good();
  EXPECT_EQ(
      std::get<WeightSkew>(std::get<ColumnDraw>(scenario.operations[0].draws.at(0).source).skew)
          .column,
      "popularity");
  EXPECT_EQ(std::get<ShareDraw>(scenario.operations[0].draws.at(1).source).share, 0.02);
  const Operation& browse = scenario.operations.at(1);
  ASSERT_EQ(browse.draws.size(), 3u);
  const auto& name = std::get<ColumnDraw>(browse.draws[0].source);
  EXPECT_EQ(name.table + "." + name.column, "package.name");
  EXPECT_EQ(std::get<ZipfSkew>(name.skew).exponent, 1.1);
  EXPECT_TRUE(
      std::holds_alternative<FrequencySkew>(std::get<ColumnDraw>(browse.draws[1].source).skew));
  const auto& page = std::get<IntegerDraw>(browse.draws[2].source);
  EXPECT_EQ(page.minimum, 1);
  EXPECT_EQ(page.maximum, 100);
  EXPECT_EQ(std::get<ZipfSkew>(page.skew).exponent, 1);
  const auto& select = std::get<SqlStep>(browse.steps.at(0));
  EXPECT_EQ(select.name, "sql");
  EXPECT_EQ(select.parameters, (std::vector<size_t>{0, 2}));
  EXPECT_EQ(select.expect.minimum_rows, 0);
  EXPECT_EQ(select.expect.maximum_rows, 50);
  EXPECT_FALSE(select.writes);
  const auto& update = std::get<SqlStep>(browse.steps.at(1));
  EXPECT_EQ(update.name, "sql_2");
  EXPECT_TRUE(update.writes);
  EXPECT_FALSE(std::get<RedisStep>(browse.steps.at(2)).writes);
}

TEST(ScenarioReader, ReadsLoadLimitsAndMargins) {
  const Scenario scenario = good();
  const Load& load = scenario.load;
  EXPECT_EQ(load.arrivals.kind, ArrivalKind::poisson);
  EXPECT_EQ(load.arrivals.rate_per_s, 400);
  EXPECT_EQ(load.mix, (std::vector<double>{80, 20}));  // in the order of the operations
  EXPECT_EQ(load.cache_start, CacheStart::cold);
  EXPECT_EQ(load.warmup, std::chrono::milliseconds(500));
  EXPECT_EQ(load.measure, std::chrono::seconds(6));
  EXPECT_EQ(load.timeout, std::chrono::seconds(2));
  EXPECT_EQ(load.max_queued, 1000);
  EXPECT_EQ(load.workers, 2);
  EXPECT_EQ(load.protocol, Protocol::simple);
  EXPECT_FALSE(load.auto_explain);
  EXPECT_FALSE(load.sample_waits);
  EXPECT_TRUE(Load().auto_explain && Load().sample_waits);
  EXPECT_EQ(load.postgres_connections, 6);
  EXPECT_EQ(load.redis_connections, 3);
  ASSERT_EQ(scenario.limits.size(), 1u);
  EXPECT_EQ(scenario.limits[0].response_time_p99_ms, 20);
  EXPECT_EQ(scenario.limits[0].error_rate, 0.001);
  EXPECT_EQ(scenario.margins.at("response_time_tm95"), 0.1);
}

TEST(ScenarioReader, SetReplacesAParameterEverywhere) {
  const Scenario scenario = good({{"rate_per_s", "12.5"}});
  EXPECT_EQ(scenario.load.arrivals.rate_per_s, 12.5);
  EXPECT_EQ(scenario.parameters.at("rate_per_s"), "12.5");
  EXPECT_EQ(problems_in(kGoodScenario, {{"prefix", "shop"}}),
            Lines{"/cache_rules/0/cached/0: the key \"shop:package:{package_id}\" cannot make "
                  "\"archive:package:1\"; correct the example or the key"});
}

TEST(ScenarioReader, TellsWhatIsWrongWithASet) {
  EXPECT_EQ(problems_in(kGoodScenario, {{"rate", "3"}, {"share", "much"}}),
            (Lines{"/parameters: --set rate=3: there is no parameter \"rate\"; did you mean "
                   "\"rate_per_s\"?",
                   "/parameters/share: --set share=much: must be a number, as in the file"}));
}

TEST(ScenarioReader, TellsEveryMistakeAtOnceInTheFilesOrder) {
  std::string text = kGoodScenario;
  text = with(text, "\"schema_version\": 1", "\"schema_version\": 2");
  text = with(text, "\"seed\"", "\"sed\"");
  text = with(text, "\"field\": \"popularity\"", "\"field\": \"popularty\"");
  text = with(text, "[\"id\"]", "[\"ids\"]");
  text = with(text, "CREATE INDEX", "CREATE INDX");
  text = with(text, "\"ttl_s\": 300", "\"ttl_s\": 0");
  text = with(text, "\"package.id\"", "\"pakage.id\"");
  text = with(text, "\"on_miss\": {", "\"on_miss\": {\"expcet\": {},");
  text = with(text, "\"cached\": \"package page\"", "\"cached\": \"package\"");
  text = with(text, "[\"name\", \"page\"]", "[\"name\"]");
  text = with(text, "\"GET\"", "\"flushall\"");
  text = with(text, "{\"rate_per_s\": \"$", "{\"rate_per_sec\": \"$");
  text = with(text, "\"browse\": 20, ", "");
  text = with(text, "\"timeout_ms\": 2000", "\"timeout_ms\": \"2 s\"");
  text = with(text, "\"redis\": 3", "\"redis\": 3, \"redis\": 4");
  EXPECT_EQ(
      problems_in(text),
      (Lines{"/schema_version: must be 1", "unknown field \"sed\"; did you mean \"seed\"?",
             "/dataset/tables/package/columns/popularity/field: apt_index \"packages\" has no "
             "field \"popularty\"; did you mean \"popularity\"?",
             "/dataset/tables/package/primary_key/0: table \"package\" has no column \"ids\"; did "
             "you mean \"id\"?",
             "/dataset/after_load/0: SQL: syntax error at or near \"INDX\" (character 8); correct "
             "it (read by the grammar of PostgreSQL 15)",
             "/cache_rules/0/ttl_s: must be >= 1",
             "/operations/package_page/draw/package_id/from: the data set has no table "
             "\"pakage\"; did you mean \"package\"?",
             "/operations/package_page/steps/0/cached: there is no cache rule \"package\"; did "
             "you mean \"package page\"?",
             "/operations/package_page/steps/0/on_miss: unknown field \"expcet\"; did you mean "
             "\"expect\"?",
             "/operations/browse/steps/0/params: the SQL uses $2, but \"params\" names 1 draw; "
             "name one draw for each $n",
             "/operations/browse/steps/2/redis/0: FLUSHALL is refused: it empties the whole "
             "server, not only this scenario's keys",
             "/load/arrivals/poisson: unknown field \"rate_per_sec\"; did you mean "
             "\"rate_per_s\"?",
             "/load/mix: operation \"browse\" has no weight; give it one, 0 for never",
             "/load/timeout_ms: must be a whole number",
             "/load/connections: field \"redis\" stands twice; keep one"}));
}

TEST(ScenarioReader, HoldsCacheExamplesAgainstTheKey) {
  EXPECT_EQ(problems_with("[\"archive:package:1\"]", "[\"archive:package:one\"]"),
            Lines{"/cache_rules/0/cached/0: the key \"archive:package:{package_id}\" cannot make "
                  "\"archive:package:one\"; correct the example or the key"});
  EXPECT_EQ(problems_with("\"archive:draft:1\"", "\"archive:package:7\""),
            Lines{"/cache_rules/0/not_cached/0: the key \"archive:package:{package_id}\" makes "
                  "\"archive:package:7\", which must not be cached; correct the example or the "
                  "key"});
}

TEST(ScenarioReader, WantsTheBypassDrawnAsAShare) {
  EXPECT_EQ(problems_with("\"when\": \"maintainer\"", "\"when\": \"maintainr\""),
            Lines{"/cache_rules/0/bypass/when: no operation that follows this rule draws "
                  "\"maintainr\" as a share; did you mean \"maintainer\"?"});
}

TEST(ScenarioReader, BoundsNumbers) {
  EXPECT_EQ(problems_with("\"workers\": 2", "\"workers\": 65"),
            Lines{"/load/workers: must be <= 64"});
  EXPECT_EQ(problems_with("\"simple\"", "\"prepare\"").size(), 1u);
  EXPECT_EQ(problems_with("\"measure_s\": 6", "\"measure_s\": 0"),
            Lines{"/load/measure_s: must be > 0"});
  EXPECT_EQ(problems_with("{\"zipf\": 1.1}", "{\"zipf\": -1}"),
            Lines{"/operations/browse/draw/name/skew/zipf: must be >= 0"});
  EXPECT_EQ(problems_with("\"min\": 1, \"max\": 100", "\"min\": 101, \"max\": 100"),
            Lines{"/operations/browse/draw/page/integer: min 101 is above max 100; swap them"});
  EXPECT_EQ(problems_with("\"redis\": 3", "\"redis\": 1"),
            Lines{"/load/connections/redis: 1 redis connections cannot be shared out to 2 workers; "
                  "give each worker at least one"});
  EXPECT_EQ(
      problems_with("\"browse\": 20, \"package_page\": 80", "\"browse\": 0, \"package_page\": 0"),
      Lines{"/load/mix: all weights are 0; give at least one operation a weight above 0"});
}

TEST(ScenarioReader, BoundsTheCallsOfAnOperation) {
  std::string steps = "\"steps\": [";
  for (int i = 0; i < 14; ++i) steps += R"({"redis": ["PING"]}, )";
  EXPECT_EQ(problems_with("\"steps\": [", steps),
            Lines{"/operations/package_page/steps: makes up to 18 calls; at most 16 (a cached step "
                  "counts 3): split the operation"});
}

TEST(ScenarioReader, KeepsToSqlThatSuitsItsPlace) {
  const std::string update = "UPDATE package SET popularity = popularity + 1 WHERE id = 1";
  EXPECT_EQ(problems_with(update, "SELECT 1; SELECT 2"),
            Lines{"/operations/browse/steps/1/sql: holds 2 statements; give each an entry of its "
                  "own"});
  EXPECT_EQ(
      problems_with("SELECT name FROM package WHERE id = $1", "DELETE FROM package WHERE id = $1"),
      Lines{"/operations/package_page/steps/0/on_miss/sql: fills a cache, so it must only "
            "read; put what writes into a step of its own"});
  EXPECT_EQ(problems_with("SELECT n FROM generate_series(1, 365) AS n", "DELETE FROM package"),
            Lines{"/dataset/tables/day/rows_from/query: must be a SELECT that only reads; its rows "
                  "fill the table"});
  EXPECT_EQ(problems_with(update, "SELECT JSON_VALUE(a, '$.b' RETURNING int) FROM package"),
            Lines{});  // of PostgreSQL 17: the server is asked
}

TEST(ScenarioReader, ADrawThatIsMissingIsToldOnce) {
  EXPECT_EQ(
      problems_with("\"day\": {\"from\"", "\"dya\": {\"from\""),
      Lines{"/operations/browse/steps/2/redis/1: the operation draws no \"day\"; did you mean "
            "\"dya\"?"});
  EXPECT_EQ(problems_with("\"cache_rules\": [", "\"cache_rule\": ["),
            Lines{"unknown field \"cache_rule\"; did you mean \"cache_rules\"?"});
  EXPECT_EQ(problems_with("\"parameters\"", "\"paramaters\""),
            Lines{"unknown field \"paramaters\"; did you mean \"parameters\"?"});
}

TEST(ScenarioReader, EveryTruncationIsAProblemAndNothingWorse) {
  const TemporaryFile file(kGoodScenario);
  for (size_t length = 0; length < kGoodScenario.size(); ++length) {
    file.write(kGoodScenario.substr(0, length));
    try {
      read_scenario(file.path());
      ADD_FAILURE() << "read " << length << " characters";
    } catch (const FileProblems& problems) {
      ASSERT_FALSE(problems.problems().empty());
      EXPECT_EQ(problems.problems()[0].file, file.path().string());
    }
  }
}

// Any value may stand where another is meant: the reader tells, and goes on.
TEST(ScenarioReader, AnyValueInAnyPlaceIsAProblemOrAScenario) {
  const TemporaryFile file("");
  for (const char* other : {"null", "[{}]", "{}", "\"${\"", "-1e300"}) {
    for (size_t position = kGoodScenario.find(": "); position != std::string::npos;
         position = kGoodScenario.find(": ", position + 2)) {
      std::string text = kGoodScenario;
      const size_t start = position + 2;
      const size_t end = text.find_first_of(",}\n", start);
      file.write(text.replace(start, end - start, other));
      try {
        read_scenario(file.path());
      } catch (const FileProblems& problems) {
        ASSERT_FALSE(problems.problems().empty());
      }
    }
  }
}

TEST(ScenarioReader, TellsAFileThatIsNotThere) {
  EXPECT_EQ(problems_of([] { read_scenario("/nonexistent/scenario.json"); }),
            Lines{"cannot be read: No such file or directory; check the path"});
}

}  // namespace
}  // namespace tare
