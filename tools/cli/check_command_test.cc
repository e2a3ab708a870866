#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/model/change_reader.h"
#include "bench/model/errors.h"
#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/check_command_report.h"
#include "tools/cli/command.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

// What `tare check ARGUMENTS` prints; throws what it throws.
std::string check(std::vector<std::string> arguments) {
  CLI::App app;
  CommandLine line;
  add_check_command(app, line);
  arguments.insert(arguments.begin(), "check");
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  app.parse(arguments);
  testing::internal::CaptureStdout();
  try {
    EXPECT_EQ(line.chosen(std::stop_token()), 0);
    std::fflush(stdout);
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  return testing::internal::GetCapturedStdout();
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Without the table that would ask the machine's apt index.
const std::string kScenario =
    with(with(with(with(kGoodScenario, R"({"apt_index": "packages"})",
                        R"({"query": "SELECT n, 'x', n FROM generate_series(1, 1000) AS n"})"),
                   R"(, "field": "id")", ""),
              R"(, "field": "name")", ""),
         R"(, "field": "popularity")", "");

TEST(CheckCommand, SaysWhatAScenarioWouldDo) {
  const TemporaryFile file(kScenario);
  const std::string text = check({file.path().string(), "--set", "rate_per_s=1000"});
  for (const char* part :
       {"scenario small-archive", "rate_per_s = 1000",
        "package                     1,000 rows   3 columns, from a query",
        "rows of day: known after loading", "SQL: CREATE INDEX package_name ON package (name)",
        "1000 requests a second (poisson), 0.5 s warm-up, then 6 s measured",
        "6 connections to PostgreSQL (simple: values as literals, each statement planned anew), "
        "3 to Redis, 2 workers, cache cold at the start",
        "package_page        80.0 %            400          4,800",
        "all                                   500          6,000",
        "Redis keys at most        1,001", "hit: that is the answer", "tare ab, 6 pairs"}) {
    EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
  }
}

TEST(CheckCommand, SaysWhatAChangeWouldDo) {
  const TemporaryFile scenario(kScenario), change(kGoodChange);
  for (const std::string& text :
       {check({change.path().string()}),
        check({scenario.path().string(), "--change", change.path().string()})}) {
    for (const char* part :
         {"change index-name", "owner          archive team",
          "apply          SQL: CREATE INDEX CONCURRENTLY by_name ON package (name)",
          "Redis: DEL archive:popular", "clear cache    archive:package:*",
          "expected       response_time_tm95 of browse falls by at least 50 %",
          "roll back      SQL: DROP INDEX", "rollback note  Safe at any time."}) {
      EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
    }
  }
}

TEST(CheckCommand, WritesJson) {
  const TemporaryFile scenario(kScenario), change(kGoodChange);
  const auto json = nlohmann::json::parse(
      check({scenario.path().string(), "--change", change.path().string(), "--format", "json"}));
  EXPECT_EQ(json["scenario"]["name"], "small-archive");
  EXPECT_EQ(json["scenario"]["tables"][0]["rows"], 1000);
  EXPECT_TRUE(json["scenario"]["tables"][1]["rows"].is_null());
  EXPECT_EQ(json["scenario"]["load"]["measured_requests"], 2400);
  EXPECT_EQ(json["change"]["clear_cache"][0], "archive:package:*");
}

TEST(CheckCommand, TellsTheProblemsOfBothFiles) {
  const TemporaryFile scenario(with(kScenario, "\"seed\"", "\"sed\""));
  const TemporaryFile change(with(kGoodChange, "-0.5", "\"half\""));
  EXPECT_EQ(problems_of([&] {
              check({scenario.path().string(), "--change", change.path().string()});
            }),
            (Lines{"unknown field \"sed\"; did you mean \"seed\"?",
                   "/expect/0/at_most: must be a number"}));
  const TemporaryFile good(kScenario), other(with(kGoodChange, "\"browse\"", "\"brows\""));
  EXPECT_EQ(problems_of([&] {
              check({good.path().string(), "--change", other.path().string()});
            }),
            Lines{"/expect/0/operation: scenario \"small-archive\" has no operation \"brows\"; did "
                  "you mean \"browse\"?"});
}

TEST(CheckCommand, AChangeTakesNoSettings) {
  const TemporaryFile change(kGoodChange);
  EXPECT_THROW(check({change.path().string(), "--set", "a=1"}), UsageError);
}

}  // namespace
}  // namespace tare
