#include "tools/plans/plan_transitions.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

MeasuredPoint measured(const std::string& value, int64_t blocks, std::optional<int64_t> generic) {
  MeasuredPoint out;
  out.parameters = {value};
  out.work.logical_reads = blocks;
  out.explain_json = R"([{"Plan": {"Node Type": "Index Scan"}}])";
  if (generic) {
    out.generic_work.emplace().logical_reads = *generic;
    out.generic_json = R"([{"Plan": {"Node Type": "Seq Scan"}}])";
  }
  return out;
}

QueryMap query(const std::vector<MeasuredPoint>& points, bool switches) {
  QueryMap out;
  for (const MeasuredPoint& each : points) {
    out.points.push_back({each.parameters, "drawn", 1.0 / double(points.size()), {}, "own"});
  }
  out.measured = points;
  out.switches = switches;
  out.generic_plan = "generic";
  out.generic_summary = "Seq Scan";
  return out;
}

TEST(PlanTransitions, EachSideMeetsItsOwnPlans) {
  const QueryMap own = query({measured("a", 5, {}), measured("b", 5, {})}, false);
  const QueryMap shared = query({measured("a", 5, 900), measured("b", 5, 5)}, true);
  int points = 0;
  EXPECT_TRUE(plan_transitions(own, shared, {}, Executions::first, points).empty());
  EXPECT_EQ(points, 2);
  const auto later = plan_transitions(own, shared, {}, Executions::later, points);
  ASSERT_EQ(later.size(), 2u) << "worse for one, as much work for the other";
  EXPECT_EQ(points, 4);
  for (const PlanTransition& each : later) {
    EXPECT_EQ(each.before, "own");
    EXPECT_EQ(each.after, "generic");
    EXPECT_EQ(each.after_summary, "Seq Scan") << "no set of parameters' own class";
    const bool worse = each.example == Parameters{"a"};
    EXPECT_EQ(each.verdict, worse ? WorkVerdict::regressed : WorkVerdict::same);
    EXPECT_EQ(each.after_work->logical_reads, worse ? 900 : 5);
  }
}

TEST(PlanTransitions, WhatOneMapDoesNotKnowIsNone) {
  const QueryMap one = query({measured("a", 5, {})}, false);
  QueryMap refused = query({measured("a", 5000, {})}, false);
  refused.points[0].plan.clear();
  int points = 0;
  EXPECT_TRUE(plan_transitions(one, refused, {}, Executions::first, points).empty());
  const QueryMap other = query({measured("b", 5000, {})}, false);
  EXPECT_TRUE(plan_transitions(one, other, {}, Executions::first, points).empty());
  EXPECT_EQ(points, 0);
}

TEST(PlanTransitions, AnOlderMapDoesNotTellOfLaterExecutions) {
  EXPECT_TRUE(knows_later(query({measured("a", 5, {})}, false)));
  EXPECT_TRUE(knows_later(query({measured("a", 5, 7)}, true)));
  EXPECT_FALSE(knows_later(query({measured("a", 5, {})}, true)));
}

}  // namespace
}  // namespace tare
