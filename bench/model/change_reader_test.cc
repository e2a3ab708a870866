#include "bench/model/change_reader.h"

#include <gtest/gtest.h>

#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

Change read(const std::string& text) {
  const TemporaryFile file(text);
  return read_change(file.path());
}

Lines problems_with(const std::string& from, const std::string& to) {
  return problems_of([&] { read(with(kGoodChange, from, to)); });
}

Scenario good_scenario() {
  const TemporaryFile file(kGoodScenario);
  return read_scenario(file.path());
}

TEST(ChangeReader, ReadsEveryField) {
  const Change change = read(kGoodChange);
  EXPECT_EQ(change.name, "index-name");
  EXPECT_EQ(change.owner, "archive team");
  EXPECT_EQ(change.reason, "browsing scans every package");
  ASSERT_EQ(change.expect.size(), 1u);
  EXPECT_EQ(change.expect[0].operation, "browse");
  EXPECT_EQ(change.expect[0].metric, "response_time_tm95");
  EXPECT_EQ(change.expect[0].limit, -0.5);
  EXPECT_EQ(change.variable, "schema.index");
  ASSERT_EQ(change.apply.size(), 2u);
  EXPECT_EQ(std::get<SqlAction>(change.apply[0]).sql,
            "CREATE INDEX CONCURRENTLY by_name ON package (name)");
  EXPECT_EQ(std::get<RedisAction>(change.apply[1]).arguments, (Lines{"DEL", "archive:popular"}));
  EXPECT_EQ(change.clear_cache, Lines{"archive:package:*"});
  EXPECT_EQ(change.rollback.size(), 1u);
  EXPECT_EQ(change.rollback_note, "Safe at any time.");
  EXPECT_EQ(change.assumptions, Lines{"PostgreSQL 15"});
  EXPECT_EQ(change.text, kGoodChange);
}

TEST(ChangeReader, TellsEveryMistakeAtOnceInTheFilesOrder) {
  std::string text = kGoodChange;
  text = with(text, "index-name", "Index Name");
  text = with(text, "\"owner\": \"archive team\",", "");
  text = with(text, "response_time_tm95", "response_tm95");
  text = with(text, "-0.5", "-50");
  text = with(text, "CREATE INDEX", "CREATE INDX");
  text = with(text, "[\"DEL\", \"archive:popular\"]", "[\"FLUSHDB\"]");
  text = with(text, "archive:package:*", "*?*");
  text = with(text, "{\"sql\": \"DROP", "{\"sqll\": \"DROP");
  EXPECT_EQ(
      problems_of([&] { read(text); }),
      (Lines{"required field \"owner\" is missing",
             "/name: must be lower-case letters, digits and hyphens",
             "/expect/0/metric: there is no metric \"response_tm95\"; known: "
             "\"response_time_tm95\", \"response_time_mean\", \"response_time_p50\", "
             "\"response_time_p90\", \"response_time_p95\", \"response_time_p99\", "
             "\"response_time_p999\", \"response_time_max\", \"response_time_tm95_hit\", "
             "\"response_time_tm95_miss\", \"service_time_tm95\", \"service_time_mean\", "
             "\"service_time_p50\", \"service_time_p90\", \"service_time_p95\", "
             "\"service_time_p99\", \"service_time_p999\", \"service_time_max\", "
             "\"failed_share\", \"hit_ratio\", \"blocks_per_query\", "
             "\"redis_calls_per_request\", \"throughput\", \"lateness_mean\", \"duration_mean\", "
             "\"postgres_cpu_per_request\", \"redis_cpu_per_request\", "
             "\"wal_bytes_per_request\", \"redis_bytes_per_request\"",
             "/expect/0/at_most: must be >= -1",
             "/apply/0/sql: SQL: syntax error at or near \"INDX\" (character 8); correct it (read "
             "by the grammar of PostgreSQL 15)",
             "/apply/1/redis/0: FLUSHDB is refused: it empties the whole server, not only this "
             "scenario's keys",
             "/clear_cache/0: \"*?*\" matches keys of anyone; begin with what the keys begin with: "
             "\"site:post:*\"",
             "/rollback/0: unknown field \"sqll\"; did you mean \"sql\"?"}));
}

TEST(ChangeReader, RefusesWhatWouldTouchMoreThanTheChange) {
  EXPECT_EQ(problems_with("[\"DEL\", \"archive:popular\"]", "[\"config\", \"resetstat\"]"),
            Lines{"/apply/1/redis/0: CONFIG RESETSTAT is refused: others read these statistics"});
  EXPECT_EQ(
      problems_with("[\"DEL\", \"archive:popular\"]", "[\"CONFIG\", \"SET\", \"hz\", \"20\"]"),
      Lines{});
  EXPECT_EQ(problems_with("DROP INDEX CONCURRENTLY IF EXISTS by_name", "BEGIN"),
            Lines{"/rollback/0/sql: cannot hold BEGIN, COMMIT and the like: every statement runs "
                  "by itself"});
}

TEST(ChangeReader, RefusesASettingThatSessionsOverrule) {
  EXPECT_EQ(problems_with(R"j("redis": ["DEL", "archive:popular"])j",
                          R"j("postgres_settings": {"Statement_Timeout": "1s"})j"),
            Lines{"/apply/1/postgres_settings: every session of the load has the scenario's "
                  "timeout_ms as its statement_timeout, so the server's would not be in force"});
}

TEST(ChangeReader, EveryTruncationIsAProblemAndNothingWorse) {
  const TemporaryFile file(kGoodChange);
  for (size_t length = 0; length < kGoodChange.size(); ++length) {
    file.write(kGoodChange.substr(0, length));
    EXPECT_THROW(read_change(file.path()), FileProblems) << length;
  }
}

TEST(ChangeReader, KnowsAChangeByWhatItApplies) {
  const TemporaryFile change(kGoodChange), scenario(kGoodScenario);
  EXPECT_TRUE(is_change_file(change.path()));
  EXPECT_FALSE(is_change_file(scenario.path()));
}

TEST(ChangeReader, HoldsAChangeAgainstItsScenario) {
  const Scenario scenario = good_scenario();
  EXPECT_TRUE(check_change_against(read(kGoodChange), scenario).empty());
  Change change = read(kGoodChange);
  change.expect[0].operation = "brows";
  change.clear_cache = {"archive:package:*", "site:package:*", "archive:packages:*"};
  const std::vector<Problem> problems = check_change_against(change, scenario);
  const std::string file = change.file.string();
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0], (Problem{file, "/expect/0/operation",
                                  "scenario \"small-archive\" has no operation \"brows\"; did you "
                                  "mean \"browse\"?"}));
  EXPECT_EQ(problems[1].pointer, "/clear_cache/1");
  EXPECT_EQ(problems[1].message,
            "\"site:package:*\" meets no key of scenario \"small-archive\"; known: "
            "\"archive:package:{package_id}\", \"archive:popular\", \"1\", "
            "\"{{{package_id}}}\", \"archive:day:{day}\"");
  EXPECT_EQ(problems[2].pointer, "/clear_cache/2");
}

// The examples of scenarios/README.md: the first block is a scenario, the second a change.
TEST(ChangeReader, ReadsTheExamplesOfTheAuthorsPage) {
  std::ifstream page(std::filesystem::path(TARE_SOURCE_DIR) / "scenarios/README.md");
  const std::string text((std::istreambuf_iterator<char>(page)), {});
  const auto block = [&](size_t& position) {
    const std::string opening = "```jsonc\n";
    const size_t start = text.find(opening, position) + opening.size();
    position = text.find("```", start);
    return text.substr(start, position - start);
  };
  size_t position = 0;
  const TemporaryFile scenario(block(position)), change(block(position));
  EXPECT_EQ(
      problems_of([&] {
        EXPECT_TRUE(check_change_against(read_change(change.path()), read_scenario(scenario.path()))
                        .empty());
      }),
      Lines{});
}

TEST(ChangeReader, WritesBooleansAsEachServerDoes) {
  std::string text = kGoodChange;
  const std::string apply = "\"apply\": [";
  text.insert(text.find(apply) + apply.size(),
              "{\"postgres_settings\": {\"jit\": false, \"work_mem\": \"8MB\"}}, "
              "{\"redis_settings\": {\"appendonly\": true, \"hz\": 20}}, ");
  const Change change = read(text);
  EXPECT_EQ(settings_made<PostgresSettingsAction>(change),
            (std::map<std::string, std::string>{{"jit", "off"}, {"work_mem", "8MB"}}));
  EXPECT_EQ(settings_made<RedisSettingsAction>(change),
            (std::map<std::string, std::string>{{"appendonly", "yes"}, {"hz", "20"}}));
}

TEST(ChangeReader, RefusesToExpectWhatCannotBeMeasured) {
  Scenario scenario = good_scenario();
  Operation plain;
  plain.name = "plain";
  plain.steps = {RedisStep{}};
  scenario.operations.push_back(plain);
  Change change = read(kGoodChange);
  change.expect = {{"plain", "hit_ratio", 0},
                   {"plain", "response_time_tm95_miss", 0},
                   {"plain", "blocks_per_query", 0},
                   {"plain", "redis_calls_per_request", 0}};
  const std::vector<Problem> problems = check_change_against(change, scenario);
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(problems[0].message,
            "\"plain\" has no cached step, so there is no hit_ratio to expect");
  EXPECT_EQ(problems[1].pointer, "/expect/1/metric");
  EXPECT_EQ(problems[2].message,
            "\"plain\" has no SQL step, so there is no blocks_per_query to expect");
}

TEST(ChangeReader, ExpectsOfJobsAndOfAClosedLoop) {
  Scenario scenario = good_scenario();
  scenario.load.jobs = {Job{"import"}};
  Change change = read(kGoodChange);
  change.expect = {{"job import", "duration_mean", 0},
                   {"job import", "response_time_tm95", 0},
                   {"job imprt", "failed_share", 0},
                   {"(all)", "throughput", 0},
                   {"browse", "throughput", 0}};
  std::vector<Problem> problems = check_change_against(change, scenario);
  ASSERT_EQ(problems.size(), 4u);
  EXPECT_EQ(problems[0].message,
            "\"job import\" has a failed_share, lateness_mean and duration_mean, so there is no "
            "response_time_tm95 to expect");
  EXPECT_EQ(problems[1].pointer, "/expect/2/operation");
  EXPECT_NE(problems[2].message.find("no throughput, since the loop is open"), std::string::npos);
  EXPECT_EQ(problems[3].pointer, "/expect/4/metric");
  scenario.load.arrivals.kind = ArrivalKind::closed;
  EXPECT_EQ(check_change_against(change, scenario).size(), 3u);
}

TEST(ChangeReader, ExpectsOfWhatServersSpend) {
  Change change = read(kGoodChange);
  change.expect = {{"(all)", "wal_bytes_per_request", 0},
                   {"(all)", "response_time_tm95", 0},
                   {"browse", "postgres_cpu_per_request", 0}};
  const std::vector<Problem> problems = check_change_against(change, good_scenario());
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].pointer, "/expect/1/metric");
  EXPECT_NE(problems[1].message.find("say \"(all)\""), std::string::npos);
}

}  // namespace
}  // namespace tare
