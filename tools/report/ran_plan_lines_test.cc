#include "tools/report/ran_plan_lines.h"

#include <gtest/gtest.h>

#include "tools/report/run_table.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

RanPlan ran(const std::string& shape, PlanKind kind) {
  RanPlan plan;
  plan.operation = "by_status";
  plan.step = "count";
  plan.parameters = {"paid"};
  plan.service_ns = 2'000'000;
  plan.times = 87;
  plan.mean_service_ns = 2'100'000;
  plan.kind = kind;
  plan.shape = plan.summary = shape;
  plan.blocks = 3632;
  return plan;
}

TEST(RanPlanLines, TellThePlansAndTheirCost) {
  Result result;
  EXPECT_EQ(ran_plan_lines(result), Lines{});
  AutoExplain& told = result.auto_explain.emplace();
  told.sample_rate = 0.02;
  told.told = 88;
  told.left_out = 1;
  told.steps = {{"by_status", "count", 100, 100, 312e3, 308e3}};
  told.cost = 312.0 / 308 - 1;
  result.ran_plans = {ran("Index Scan", PlanKind::generic), ran("Seq Scan", PlanKind::custom)};
  Plan explained;
  explained.operation = "by_status";
  explained.step = "count";
  explained.shape = "Index Scan";
  result.plans = {explained};
  EXPECT_EQ(
      ran_plan_lines(result),
      (Lines{"auto_explain: 88 plans told (2.00 % of one connection's statements), 1 of them not "
             "kept; the same steps take 312 us there, 308 us on its control: +1.3 %",
             "ran: by_status/count: Index Scan (generic), 87 times, mean 2.10 ms, 3,632 "
             "blocks, as for paid",
             "ran: by_status/count: Seq Scan, 87 times, mean 2.10 ms, 3,632 blocks, as for "
             "paid; EXPLAIN did not show it"}));
}

TEST(RanPlanLines, SayWhyThereAreNone) {
  Result result;
  result.auto_explain.emplace().off = "permission denied\n(SQLSTATE 42501)";
  EXPECT_EQ(ran_plan_lines(result), Lines{"auto_explain: off: permission denied (SQLSTATE 42501)"});
  const std::string text = run_table(result, {}, "", {}, Style());
  EXPECT_NE(text.find("auto_explain: off: permission denied"), std::string::npos) << text;
}

TEST(RanPlanLines, AreFewOfAStep) {
  Result result;
  result.auto_explain.emplace();
  for (const char* shape : {"a", "b", "c", "d", "e"}) {
    result.ran_plans.push_back(ran(shape, PlanKind::custom));
  }
  const Lines lines = ran_plan_lines(result);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines.back(), "ran: 2 more in plans.json");
}

}  // namespace
}  // namespace tare
