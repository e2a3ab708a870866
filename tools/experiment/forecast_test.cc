#include "tools/experiment/forecast.h"

#include <gtest/gtest.h>

#include "bench/model/change_reader.h"
#include "bench/model/reader_fixture.h"
#include "bench/model/scenario_reader.h"
#include "tools/experiment/forecast_words.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

Scenario scenario_of(const std::string& text) {
  const TemporaryFile file(text);
  return read_scenario(file.path());
}

TEST(Forecast, CountsRowsRequestsAndKeys) {
  const Scenario scenario = scenario_of(kGoodScenario);
  int asked = 0;
  const Forecast result = forecast(scenario, [&] {
    ++asked;
    return std::map<std::string, int64_t>{{"packages", 63'000}};
  });
  EXPECT_EQ(asked, 1);
  ASSERT_EQ(result.tables.size(), 2u);
  EXPECT_EQ(result.tables[0].rows, 63'000);  // what is counted, not what the file says
  EXPECT_EQ(result.tables[0].source, "the apt index's packages");
  EXPECT_EQ(result.tables[1].rows, std::nullopt);
  EXPECT_DOUBLE_EQ(result.warmup_requests, 200);
  EXPECT_DOUBLE_EQ(result.measured_requests, 2400);
  EXPECT_DOUBLE_EQ(result.operations.at(0).share, 0.8);
  EXPECT_DOUBLE_EQ(result.operations.at(0).measured_requests, 1920);
  EXPECT_EQ(result.redis_keys_at_most, 63'001);   // the pages and archive:popular; GET makes none
  EXPECT_FALSE(result.generator_bytes_complete);  // rows of "day"
}

TEST(Forecast, UsesTheFilesRowsWhereNothingIsCounted) {
  const Forecast result = forecast(scenario_of(kGoodScenario), {});
  EXPECT_EQ(result.tables.at(0).rows, 1000);
  EXPECT_EQ(result.redis_keys_at_most, 1001);
}

TEST(Forecast, DoesNotKnowKeysOfTablesItCannotCount) {
  const Forecast result = forecast(scenario_of(with(kGoodScenario, "\"rows\": 1000,", "")), {});
  EXPECT_EQ(result.redis_keys_at_most, std::nullopt);
}

TEST(Forecast, MemoryAndTimeGrowWithTheScenario) {
  const Forecast small = forecast(scenario_of(kGoodScenario), {});
  const Forecast more_rows =
      forecast(scenario_of(with(kGoodScenario, "\"rows\": 1000", "\"rows\": 1001000")), {});
  // Two draws come from the table.
  EXPECT_EQ(more_rows.generator_bytes - small.generator_bytes, 2 * 64 * 1'000'000);
  EXPECT_NEAR(more_rows.run_s - small.run_s, 10, 1e-9);
  const Forecast longer =
      forecast(scenario_of(with(kGoodScenario, "\"measure_s\": 6", "\"measure_s\": 16")), {});
  EXPECT_NEAR(longer.ab_s - small.ab_s, 10.0 * 2 * kForecastPairs, 1e-9);
  const Forecast queued = forecast(
      scenario_of(with(kGoodScenario, "\"max_queued\": 1000", "\"max_queued\": 2000")), {});
  EXPECT_EQ(queued.full_queue_bytes, 2 * small.full_queue_bytes);
}

TEST(ForecastWords, TellHitMissAndBypass) {
  const Forecast result = forecast(scenario_of(kGoodScenario), {});
  EXPECT_EQ(result.operations.at(0).draws,
            (Lines{"package_id: a value of package.id, as often as popularity says",
                   "maintainer: 1 for 2 % of the requests, else 0"}));
  EXPECT_EQ(result.operations.at(0).steps,
            (Lines{"page: GET archive:package:{package_id} (cache rule \"package page\")",
                   "  hit: that is the answer",
                   "  miss: SELECT name FROM package WHERE id = $1; $1 = package_id; expects 1 "
                   "row; the rows are stored for 300 s",
                   "  bypass: maintainer (2 % of the requests): the SQL alone, the cache is "
                   "neither read nor written: maintainers see fresh data",
                   "zincrby: ZINCRBY archive:popular 1 {{{package_id}}}; expects a string "
                   "(writes)"}));
  EXPECT_EQ(result.operations.at(1).steps.at(0),
            "sql: SELECT 1 FROM package WHERE name > $1 LIMIT $2; $1 = name, $2 = page; expects 0 "
            "to 50 rows");
}

TEST(ForecastWords, TellExpectationsAndActions) {
  EXPECT_EQ(expectation_in_words({"browse", "response_time_tm95", -0.5}),
            "response_time_tm95 of browse falls by at least 50 %");
  EXPECT_EQ(expectation_in_words({"browse", "response_time_p99", 0.05}),
            "response_time_p99 of browse rises by at most 5 %");
  EXPECT_EQ(expectation_in_words({"browse", "failed_share", 0}),
            "failed_share of browse does not rise");
  EXPECT_EQ(action_in_words(SqlAction{"CREATE  INDEX\n a ON b (c)"}),
            "SQL: CREATE INDEX a ON b (c)");
  EXPECT_EQ(action_in_words(RedisAction{{"DEL", "a"}}), "Redis: DEL a");
}

}  // namespace
}  // namespace tare
