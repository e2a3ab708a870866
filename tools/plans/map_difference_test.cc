#include "tools/plans/map_difference.h"

#include <gtest/gtest.h>

#include "tools/plans/map_difference_json.h"

namespace tare {
namespace {

std::string explained(const std::string& scan, int64_t blocks) {
  return R"j([{"Plan": {"Node Type": ")j" + scan +
         R"j(", "Relation Name": "orders", "Alias": "orders", "Actual Rows": 1, "Plan Rows": 1,
       "Actual Loops": 1, "Shared Hit Blocks": )j" +
         std::to_string(blocks) + "}}]";
}

MeasuredPoint measured(const std::string& value, const std::string& plan, int64_t blocks) {
  MeasuredPoint point;
  point.parameters = {value};
  point.plan = plan;
  point.work.logical_reads = blocks;
  point.explain_json = explained(plan, blocks);
  return point;
}

PlanClass plan_class(const std::string& plan, double share, std::optional<double> margin = {}) {
  PlanClass out;
  out.plan = plan;
  out.summary = plan + " on orders";
  out.share = share;
  out.margin = margin;
  return out;
}

// Asked for "done" in 62 % of calls and for "open" in the rest; both by index.
PlanMap baseline() {
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  query.fingerprint = "f";
  query.share = 0.5;
  query.points = {{{"done"}, "drawn", 0.62, 0.98, "Index Scan"},
                  {{"open"}, "drawn", 0.38, 0.01, "Index Scan"},
                  {{"lost"}, "$1: histogram 1 %", 0, 0.001, "Index Scan"}};
  query.classes = {plan_class("Index Scan", 1, 0.5)};
  query.measured = {measured("done", "Index Scan", 5), measured("open", "Index Scan", 4)};
  PlanMap map;
  map.scenario = "shop";
  map.queries = {query};
  return map;
}

// The most common value alone goes over to a sequential scan.
PlanMap flipped() {
  PlanMap map = baseline();
  QueryMap& query = map.queries[0];
  query.points[0].plan = "Seq Scan";
  query.classes = {plan_class("Seq Scan", 0.62, 0.4), plan_class("Index Scan", 0.38, 0.5)};
  query.measured[0] = measured("done", "Seq Scan", 3411);
  return map;
}

TEST(MapDifference, OfEqualMapsIsNone) {
  const MapDifference found = map_difference(baseline(), baseline(), {});
  EXPECT_TRUE(found.queries.empty());
  EXPECT_EQ(found.compared, 1);
  EXPECT_EQ(found.points, 3);
  EXPECT_FALSE(work_regressed(found));
}

TEST(MapDifference, FindsAFlipOfOneParameter) {
  const MapDifference found = map_difference(baseline(), flipped(), {});
  ASSERT_EQ(found.queries.size(), 1u);
  ASSERT_EQ(found.queries[0].transitions.size(), 1u);
  const PlanTransition& flip = found.queries[0].transitions[0];
  EXPECT_DOUBLE_EQ(flip.share, 0.62);
  EXPECT_EQ(flip.points, 1);
  EXPECT_EQ(flip.example, Parameters{"done"});
  EXPECT_EQ(flip.verdict, WorkVerdict::regressed);
  EXPECT_FALSE(flip.coin_flip);
  EXPECT_EQ(
      to_words(flip),
      "for 62 % of calls (done): Full Index Scan on orders (5 blocks) became Seq Scan on orders "
      "(3,411 blocks); rows estimated 1, found 1");
  EXPECT_TRUE(work_regressed(found));
  EXPECT_FALSE(work_regressed(map_difference(flipped(), baseline(), {})));
}

TEST(MapDifference, ACoinFlipIsWarnedOfAndNeverFails) {
  PlanMap after = flipped();
  after.queries[0].classes[0].margin = 0.02;
  EXPECT_TRUE(work_regressed(map_difference(baseline(), after, {})))
      << "the next best of the sequential scan is something else";
  after.queries[0].classes[0].next_best_plan = "Index Scan";
  EXPECT_TRUE(work_regressed(map_difference(baseline(), after, {})))
      << "before, the sequential scan was far off";
  PlanMap before = baseline();
  before.queries[0].classes[0].margin = -0.01;
  before.queries[0].classes[0].next_best_plan = "Seq Scan";
  const MapDifference found = map_difference(before, after, {});
  EXPECT_TRUE(found.queries.at(0).transitions.at(0).coin_flip);
  EXPECT_EQ(found.queries[0].transitions[0].verdict, WorkVerdict::regressed);
  EXPECT_FALSE(work_regressed(found));
}

TEST(MapDifference, MoreWorkWithTheSamePlanIsFound) {
  PlanMap after = baseline();
  after.queries[0].measured[1] = measured("open", "Index Scan", 400);
  after.queries[0].classes[0].margin = 0.01;  // no flip of plans, so no coin flip
  PlanMap before = baseline();
  before.queries[0].classes[0].margin = 0.01;
  const MapDifference found = map_difference(before, after, {});
  ASSERT_EQ(found.queries.size(), 1u);
  ASSERT_EQ(found.queries[0].transitions.size(), 1u);
  const PlanTransition& more = found.queries[0].transitions[0];
  EXPECT_EQ(more.before, more.after);
  EXPECT_EQ(more.example, Parameters{"open"}) << "the worst is the example";
  EXPECT_NE(to_words(more).find("the same plan, other work: 4 -> 400 blocks"), std::string::npos)
      << to_words(more);
  EXPECT_TRUE(work_regressed(found));
}

// Of parameters with the same plans some take more work and some less: they are told apart, and
// what was only planned goes with what asks for as much of the table.
TEST(MapDifference, TellsWorseParametersFromBetterOnes) {
  PlanMap before = baseline(), after = baseline();
  before.queries[0].measured = {measured("done", "Index Scan", 5000),
                                measured("open", "Index Scan", 4)};
  after.queries[0].measured = {measured("done", "Index Scan", 5),
                               measured("open", "Index Scan", 4000)};
  const MapDifference found = map_difference(before, after, {});
  ASSERT_EQ(found.queries.at(0).transitions.size(), 2u);
  for (const PlanTransition& each : found.queries[0].transitions) {
    const bool worse = each.verdict == WorkVerdict::regressed;
    EXPECT_EQ(each.example, Parameters{worse ? "open" : "done"});
    EXPECT_DOUBLE_EQ(each.share, worse ? 0.38 : 0.62);
    EXPECT_EQ(each.points, worse ? 2 : 1) << "\"lost\" is as rare as \"open\"";
  }
  EXPECT_TRUE(work_regressed(found));
}

TEST(MapDifference, WhatGenericSessionsDoNotMeetFailsNothing) {
  PlanMap before = baseline(), after = flipped();
  for (PlanMap* map : {&before, &after}) {
    map->queries[0].switches = true;
    map->queries[0].generic_share = 1;
    map->queries[0].generic_plan = "g";
  }
  const MapDifference found = map_difference(before, after, {});
  EXPECT_TRUE(found.queries.at(0).transitions.at(0).generic);
  EXPECT_FALSE(work_regressed(found));
  after.queries[0].generic_plan = "h";
  EXPECT_TRUE(work_regressed(map_difference(before, after, {})));
  after = before;
  after.queries[0].measured[0] = measured("done", "Index Scan", 8572);
  EXPECT_TRUE(work_regressed(map_difference(before, after, {})))
      << "the same plan with more work is met by every session";
}

TEST(MapDifference, WhatIsNotAskedIsSaidSo) {
  PlanMap after = baseline();
  after.queries[0].points[2].plan = "Seq Scan";
  const MapDifference found = map_difference(baseline(), after, {});
  const PlanTransition& flip = found.queries.at(0).transitions.at(0);
  EXPECT_EQ(flip.share, 0);
  EXPECT_NE(to_words(flip).find("the load does not ask with (lost)"), std::string::npos);
  EXPECT_EQ(flip.verdict, WorkVerdict::same) << "it was not executed";
}

TEST(MapDifference, MovedBoundariesAreTold) {
  PlanMap before = baseline(), after = baseline();
  PlanBoundary boundary{1, "orders.status", "Index Scan", "Seq Scan", 0.31, 0.31, "a", "b"};
  before.queries[0].boundaries = {boundary};
  boundary.from = boundary.to = 0.34;
  after.queries[0].boundaries = {boundary};
  const MapDifference moved = map_difference(before, after, {});
  ASSERT_EQ(moved.queries.at(0).boundaries.size(), 1u);
  EXPECT_EQ(moved.queries[0].boundaries[0],
            "Index Scan on orders -> Seq Scan at 34 % of orders.status (before: 31 %)");
  after.queries[0].boundaries.clear();
  const MapDifference gone = map_difference(before, after, {});
  EXPECT_NE(gone.queries.at(0).boundaries.at(0).find("nowhere (before: at 31 %"),
            std::string::npos);
}

TEST(MapDifference, QueriesOfOneMapOnlyAreNamed) {
  PlanMap none = baseline();
  none.queries.clear();
  EXPECT_EQ(map_difference(baseline(), none, {}).queries.at(0).notes.at(0),
            "only in the map before");
  EXPECT_EQ(map_difference(none, baseline(), {}).queries.at(0).notes.at(0),
            "only in the map after");
}

TEST(MapDifference, GoingOverToTheGenericPlanIsTold) {
  PlanMap after = baseline();
  after.queries[0].switches = true;
  after.queries[0].generic_share = 1;
  after.queries[0].generic_plan = "g";
  after.queries[0].generic_summary = "Index Scan using k on orders";
  const MapDifference found = map_difference(baseline(), after, {});
  EXPECT_NE(found.queries.at(0).notes.at(0).find("is generic: Index Scan using k on orders"),
            std::string::npos);
}

TEST(MapDifferenceJson, GivesBackWhatWasWritten) {
  MapDifference found = map_difference(baseline(), flipped(), {0.1, 7});
  found.queries[0].transitions[0].example = {std::nullopt, "x"};
  found.queries[0].boundaries = {"one"};
  EXPECT_EQ(map_difference_from_json(map_difference_to_json(found)), found);
}

TEST(Parameters, AreCutInWords) {
  EXPECT_EQ(to_words(Parameters{}), "no parameters");
  EXPECT_EQ(to_words(Parameters{"a", std::nullopt}), "a, NULL");
  EXPECT_EQ(to_words(Parameters{std::string(100, 'x')}).size(), 43u);
}

TEST(MapDifference, WhatIsRefusedNowFailsWhereTheLoadAsksIt) {
  PlanMap after = baseline();
  MapPoint& done = after.queries[0].points[0];
  done.error = "canceling statement due to statement timeout";
  const MapDifference late = map_difference(baseline(), after, {});
  ASSERT_EQ(late.queries.at(0).refusals.size(), 1u);
  EXPECT_DOUBLE_EQ(late.queries[0].refusals[0].share, 0.62);
  EXPECT_EQ(to_words(late.queries[0].refusals[0]),
            "for 62 % of calls (done): refused now: canceling statement due to statement timeout");
  EXPECT_TRUE(work_regressed(late));
  PlanMap before = baseline();
  before.queries[0].points[0].error = "another";
  EXPECT_FALSE(work_regressed(map_difference(before, after, {}))) << "it was refused before";
  after = baseline();
  after.queries[0].points[2].plan = "";
  after.queries[0].points[2].error = "smallint out of range";
  const MapDifference unasked = map_difference(baseline(), after, {});
  EXPECT_EQ(unasked.queries.at(0).refusals.size(), 1u);
  EXPECT_FALSE(work_regressed(unasked));
}

MeasuredPoint with_generic(MeasuredPoint point, int64_t blocks) {
  point.generic_work.emplace().logical_reads = blocks;
  point.generic_json = explained("Seq Scan", blocks);
  return point;
}

// The plans for each set of parameters are alike; the generic plan that sessions go over to is not.
TEST(MapDifference, WhatSessionsGoOverToIsJudgedByItsOwnWork) {
  PlanMap before = baseline(), after = baseline();
  after.queries[0].switches = true;
  after.queries[0].generic_share = 1;
  after.queries[0].generic_plan = "g";
  for (MeasuredPoint& each : after.queries[0].measured) each = with_generic(each, 3411);
  const MapDifference found = map_difference(before, after, {});
  ASSERT_EQ(found.queries.at(0).transitions.size(), 1u);
  const PlanTransition& later = found.queries[0].transitions[0];
  EXPECT_TRUE(later.sixth);
  EXPECT_FALSE(later.generic);
  EXPECT_EQ(later.after_work->logical_reads, 3411);
  EXPECT_DOUBLE_EQ(later.share, 1);
  EXPECT_TRUE(to_words(later).starts_with("from the sixth execution on, for 100 % of calls"))
      << to_words(later);
  EXPECT_TRUE(work_regressed(found));
  EXPECT_EQ(map_difference_from_json(map_difference_to_json(found)), found);
  before = after;
  after.queries[0].points[0].plan = "Seq Scan";
  after.queries[0].measured[0] = with_generic(measured("done", "Seq Scan", 4000), 3411);
  EXPECT_FALSE(work_regressed(map_difference(before, after, {})))
      << "only a session's first five executions meet the other plan";
  for (PlanMap* map : {&before, &after}) map->queries[0].generic_share = 0.9;
  EXPECT_TRUE(work_regressed(map_difference(before, after, {})))
      << "a tenth of the sessions stays with custom plans, and 62 % of their calls meet it";
}

TEST(MapDifference, ChangedPlansWithoutWorkAreUnknown) {
  PlanMap after = flipped();
  EXPECT_FALSE(work_unknown(map_difference(baseline(), after, {})));
  after.queries[0].measured.clear();
  EXPECT_TRUE(work_unknown(map_difference(baseline(), after, {})));
  EXPECT_FALSE(work_unknown(map_difference(baseline(), baseline(), {})));
}

}  // namespace
}  // namespace tare
