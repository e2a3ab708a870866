#include "bench/engine/sql_step_calls.h"

#include <gtest/gtest.h>

#include "bench/engine/engine_fixture.h"

namespace tare {
namespace {

TEST(SqlStepCalls, AreThoseOfAllOperationsInTheirOrder) {
  Scenario scenario = cached_scenario(1, std::chrono::seconds(1), 10, 0);
  scenario.operations.push_back(one_call_scenario(1, std::chrono::seconds(1)).operations[0]);
  Operation list{
      "list", {}, {scenario.operations[1].steps[0], SqlStep{"rows", "SELECT 2", {}, {}, false}}};
  scenario.operations.push_back(list);
  scenario.load.mix = {1, 1, 1};
  const Traffic traffic(scenario, {});
  const auto calls = sql_step_calls(traffic);
  ASSERT_EQ(calls.size(), 2u) << "PING is none";
  EXPECT_EQ(calls[0].operation, 0u);
  EXPECT_EQ(calls[0].name, "page.query");
  EXPECT_TRUE(calls[0].on_miss);
  EXPECT_EQ(traffic.sql_calls()[calls[0].index].sql, "SELECT $1");
  EXPECT_EQ(calls[1].operation, 2u);
  EXPECT_EQ(calls[1].name, "rows");
  EXPECT_EQ(traffic.operations()[2].call_names[calls[1].slot], "rows");
  EXPECT_FALSE(calls[1].on_miss);
}

}  // namespace
}  // namespace tare
