#include "tools/report/plan_use_lines.h"

#include <gtest/gtest.h>

#include "tools/report/run_table.h"

namespace tare {
namespace {

using Lines = std::vector<std::string>;

Plan plan_of(PlanKind kind, const std::string& summary, const std::string& custom) {
  Plan plan;
  plan.operation = "by_status";
  plan.step = "count";
  plan.parameters = {"paid"};
  plan.kind = kind;
  plan.shape = plan.summary = summary;
  plan.custom_shape = plan.custom_summary = custom;
  return plan;
}

TEST(PlanUseLines, TellWhatTheConnectionsUsed) {
  Result result;
  EXPECT_EQ(plan_use_lines(result), Lines{});
  SessionPlans& plans = result.session_plans.emplace();
  plans.connections = 8;
  plans.steps = {{"by_status", "count", 8, 5, 0, 7500, 4500, 100},
                 {"page", "query", 8, 0, 0, 0, 900, 100},
                 {"page", "tags", 8, 0, 0, 0, 900, 100}};
  EXPECT_EQ(plan_use_lines(result),
            (Lines{"prepared: by_status/count: generic plan on 5 of 8 connections, 62.5 % of "
                   "12,000 executions",
                   "prepared: custom plans on every connection: page/query, page/tags"}));
  plans = {};
  plans.unknown = "PostgreSQL counts them since version 14";
  EXPECT_EQ(plan_use_lines(result),
            Lines{"prepared: the connections do not tell which kind of plan they used: PostgreSQL "
                  "counts them since version 14"});
}

TEST(PlanUseLines, TellTheSwitchOnceWhereItIsAnotherPlan) {
  Result result;
  result.plans = {plan_of(PlanKind::generic, "Index Scan using s on t", "Index Scan using s on t"),
                  plan_of(PlanKind::generic, "Index Scan using s on t", "Seq Scan on t"),
                  plan_of(PlanKind::generic, "Index Scan using s on t", "Seq Scan on t"),
                  plan_of(PlanKind::custom, "Seq Scan on t", "")};
  EXPECT_EQ(plan_use_lines(result),
            Lines{"plan: by_status/count: from the sixth execution on Index Scan using s on t, "
                  "custom was Seq Scan on t (paid)"});
}

TEST(PlanUseLines, StandInTheRunsTableWithTheFindings) {
  Result result;
  SessionPlans& plans = result.session_plans.emplace();
  plans.connections = 1;
  plans.steps = {{"by\x1bstatus", "count", 1, 1, 0, 5, 5, 0}};
  plans.findings = {"mixed"};
  const std::string text = run_table(result, {}, "", {}, Style());
  EXPECT_NE(text.find("prepared: by?status/count: generic plan on 1 of 1 connections, 50"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("warning: mixed\n"), std::string::npos) << text;
}

TEST(PlanUseLines, TellWhatDiffersBetweenTheArms) {
  EXPECT_EQ(plan_use_lines(std::vector<PlanUseChange>{{"by_status", "count", 0, 0.8312}}),
            Lines{"prepared: by_status/count: 0 % of the connections went over to the generic plan "
                  "before, 83.1 % after: sessions plan it in another way, beside or because of the "
                  "change"});
}

}  // namespace
}  // namespace tare
