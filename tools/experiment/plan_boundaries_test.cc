#include "tools/experiment/plan_boundaries.h"

#include <gtest/gtest.h>

#include "tools/experiment/planner.h"
#include "tools/experiment/planner_fixture.h"
#include "tools/plans/fingerprint.h"

namespace tare {
namespace {

TEST(PlanBoundaries, AreFoundByBisection) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  Planner planner(postgres, "SELECT note FROM orders WHERE created < $1", std::chrono::seconds(5));
  const PlanFor plan_for = [&](const std::string& value) {
    return fingerprints(read_plan_tree(planner.plan({value}))).plan;
  };
  const ParameterColumn column{1, "public", "orders", "created", "<"};
  const auto found = find_boundaries(postgres, read_statistics(postgres, column), column, plan_for);
  ASSERT_FALSE(found.empty());
  const PlanBoundary& last = found.back();
  EXPECT_NE(last.below, last.above);
  EXPECT_LE(last.to - last.from, 0.01) << "bisection narrows it";
  EXPECT_NE(plan_for(last.from_value), plan_for(last.to_value));
  EXPECT_GT(last.from, 0.05);
  EXPECT_LT(last.to, 1);
}

}  // namespace
}  // namespace tare
