#include "tools/report/plan_map_table.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

PlanMap orders_map() {
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  query.share = 0.25;
  query.columns = {{1, "public", "orders", "status", "="}};
  query.points = {{{"done"}, "drawn", 0.62, 0.98, "seq"}, {{"open"}, "drawn", 0.38, 0.01, "idx"}};
  PlanClass scan;
  scan.plan = "seq";
  scan.summary = "Seq Scan on orders";
  scan.share = 0.62;
  scan.points = 1;
  scan.lowest_selectivity = scan.highest_selectivity = 0.98;
  scan.example = {"done"};
  scan.margin = 0.01;
  scan.next_best = "Bitmap Heap Scan on orders";
  PlanClass index;
  index.plan = "idx";
  index.summary = "Index Scan using orders_status on orders";
  index.share = 0.38;
  index.points = 2;
  index.lowest_selectivity = 0.001;
  index.highest_selectivity = 0.01;
  index.example = {"open"};
  query.classes = {scan, index};
  query.boundaries = {{1, "orders.status", "idx", "seq", 0.338, 0.342, "a", "b"}};
  MeasuredPoint measured;
  measured.parameters = {"done"};
  measured.plan = "seq";
  measured.work.logical_reads = 3411;
  measured.work.temp_blocks = 12;
  measured.estimates = {{"Seq Scan on orders", 4120, 4, 4, 1030}};
  query.measured = {measured};
  query.switches = true;
  query.generic_share = 0.88;
  query.generic_summary = "Seq Scan on orders";
  query.notes = {"a note\x1b[31m"};
  PlanMap map;
  map.scenario = "shop";
  map.postgres = "15.18";
  map.queries = {query};
  return map;
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

TEST(PlanMapTable, TellsPlansTheirCallsAndTheirWork) {
  const std::string text = plan_map_table(orders_map(), Style());
  expect_in(text, "shop · plan map · PostgreSQL 15.18 · 1 query, 2 parameter sets");
  expect_in(text, "list/rows · 25 % of requests · orders.status = $1");
  expect_in(text, "62 %  Seq Scan on orders · 98 % of the table · 3,411 blocks, 12 temporary");
  expect_in(text, "38 %  Index Scan using orders_status on orders · 0.10 % to 1.0 % of the table");
  expect_in(text, "a coin flip: the next best, Bitmap Heap Scan on orders");
  expect_in(text, "boundary: B -> A at 34 % of orders.status");
  expect_in(text, "rows estimated 4,120, found 4 (1030 times off)");
  expect_in(text, "88 % of the sessions go over to the generic plan");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(PlanMapTable, HasAMarkdownTableForEachQuery) {
  const std::string text = plan_map_markdown(orders_map());
  expect_in(text,
            "| A | 62 % | Seq Scan on orders | 98 % of the table | 3,411 blocks, 12 temporary |");
}

MapDifference one_flip() {
  PlanTransition flip;
  flip.before = "idx";
  flip.after = "seq";
  flip.share = 0.62;
  flip.example = {"done"};
  flip.words = "Index Scan became Seq Scan";
  flip.before_work.emplace().logical_reads = 5;
  flip.after_work.emplace().logical_reads = 3411;
  flip.verdict = WorkVerdict::regressed;
  MapDifference out;
  out.compared = 3;
  out.points = 1200;
  out.queries = {{"list", "rows", 0.25, true, {flip}, {"moved"}, {"noted"}}};
  return out;
}

TEST(MapDifferenceTable, TellsTransitionsWithTheirWork) {
  const std::string text = map_difference_table(one_flip(), MapDetail::whole, Style());
  expect_in(text, "plans: 1 of 3 queries changed theirs for some parameters; 1,200 parameter sets");
  expect_in(text, "list/rows · 25 % of requests · another statement");
  expect_in(text,
            "for 62 % of calls (done): Index Scan became Seq Scan [work regressed: 5 -> 3,411");
  expect_in(text, "boundary: moved");
  expect_in(text, "note: noted");
}

TEST(MapDifferenceTable, SaysWhenNothingDiffers) {
  MapDifference none;
  none.compared = 3;
  EXPECT_EQ(map_difference_table(none, MapDetail::whole, Style()),
            "plans: 0 of 3 queries changed theirs for some parameters; 0 parameter sets asked in "
            "both\n");
}

TEST(MapDifferenceTable, MayLeaveOutWhatNobodyAsks) {
  MapDifference difference = one_flip();
  difference.queries[0].transitions[0].share = 0;
  const std::string text = map_difference_table(difference, MapDetail::asked, Style());
  EXPECT_EQ(text.find("Index Scan became"), std::string::npos) << text;
  expect_in(text, "1 boundary moved, 1 change for parameters that the load does not ask with");
  expect_in(map_difference_markdown(difference, MapDetail::asked), "1 boundary moved");
}

TEST(MapDifferenceTable, HasMarkdown) {
  expect_in(map_difference_markdown(one_flip(), MapDetail::whole),
            "- for 62 % of calls (done): Index Scan became");
}

}  // namespace
}  // namespace tare
