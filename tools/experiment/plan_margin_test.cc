#include "tools/experiment/plan_margin.h"

#include <gtest/gtest.h>

#include "tools/experiment/planner_fixture.h"

namespace tare {
namespace {

TEST(PlanMargin, IsThatOfTheNextBestPlan) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  Planner planner(postgres, kByStatus, std::chrono::seconds(5));
  const PlanTree chosen = read_plan_tree(planner.plan({"done"}));
  const auto next = next_best_plan(planner, {"done"}, chosen, {});
  ASSERT_TRUE(next.has_value());
  EXPECT_GT(next->margin, 0);
  EXPECT_LT(next->margin, 100);
  EXPECT_NE(next->words.find("orders_status_idx"), std::string::npos) << next->words;
}

}  // namespace
}  // namespace tare
