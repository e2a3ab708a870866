#include "tools/compare/plan_rows.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

PlanTransition transition(double share, int64_t before, int64_t after) {
  PlanTransition out;
  out.before = "a";
  out.after = "b";
  out.share = share;
  out.example = {"done"};
  out.words = "Index Scan became Seq Scan";
  out.before_work.emplace().logical_reads = before;
  out.after_work.emplace().logical_reads = after;
  out.verdict = after > before ? WorkVerdict::regressed : WorkVerdict::improved;
  return out;
}

MapDifference of(std::vector<PlanTransition> transitions) {
  MapDifference out;
  out.queries = {{"list", "rows", 0.5, false, std::move(transitions), {}, {}}};
  return out;
}

TEST(PlanRows, MoreWorkForSomeParametersGates) {
  const auto rows = plan_rows(of({transition(0.03, 5, 3411)}), {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].operation, "list");
  EXPECT_EQ(rows[0].step, "rows (done)");
  EXPECT_EQ(rows[0].metric, "blocks_per_query");
  EXPECT_EQ(rows[0].gating, Gating::gating);
  EXPECT_EQ(rows[0].verdict, Verdict::regressed);
  EXPECT_EQ(rows[0].baseline, 5);
  EXPECT_EQ(rows[0].contender, 3411);
  EXPECT_NE(rows[0].note.find("for 3.0 % of calls (done)"), std::string::npos) << rows[0].note;
}

TEST(PlanRows, LessWorkIsToldWithThePlans) {
  EXPECT_TRUE(plan_rows(of({transition(0.9, 3411, 5)}), {}).empty());
}

TEST(PlanRows, CoinFlipsAndWhatNobodyAsksDoNotGate) {
  PlanTransition flip = transition(0.5, 5, 3411);
  flip.coin_flip = true;
  PlanTransition generic = transition(0.5, 5, 3411);
  generic.generic = true;
  const auto rows =
      plan_rows(of({flip, transition(0.001, 5, 3411), transition(0, 5, 3411), generic}), {});
  ASSERT_EQ(rows.size(), 4u);
  for (const Row& row : rows) EXPECT_EQ(row.gating, Gating::shown) << row.note;
  EXPECT_NE(rows[0].note.find("a coin flip"), std::string::npos);
}

TEST(PlanRows, AnotherPlanThatWasNotExecutedIsInconclusive) {
  PlanTransition planned = transition(0.5, 5, 3411);
  planned.after_work.reset();
  PlanTransition same = transition(0.5, 5, 5);
  same.verdict = WorkVerdict::same;
  const auto rows = plan_rows(of({planned, same}), {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].verdict, Verdict::inconclusive);
  EXPECT_EQ(rows[0].gating, Gating::gating);
  planned.share = 0.001;
  EXPECT_TRUE(plan_rows(of({planned}), {}).empty()) << "hardly anybody asks it";
}

TEST(PlanRows, TheLimitIsTheMarginOfBlocks) {
  Criteria criteria;
  EXPECT_DOUBLE_EQ(work_limit(criteria).share, 0.2);
  EXPECT_DOUBLE_EQ(work_limit(criteria).blocks, 50);
  criteria.margins["blocks_per_query"] = 0.05;
  EXPECT_DOUBLE_EQ(work_limit(criteria).share, 0.05);
}

TEST(PlanRows, MoreRowsOfTheSameBlocksAreARowOfRows) {
  PlanTransition loop = transition(0.5, 100, 100);
  loop.verdict = WorkVerdict::regressed;
  loop.before_work->rows = 1000;
  loop.after_work->rows = 1e7;
  const auto rows = plan_rows(of({loop}), {});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].metric, "rows_per_query");
  EXPECT_EQ(rows[0].contender, 1e7);
  EXPECT_EQ(rows[0].gating, Gating::gating);
}

TEST(PlanRows, WhatIsRefusedNowFails) {
  MapDifference difference = of({});
  difference.queries[0].refusals = {{"too late", 0.3, 2, {"done"}}, {"out of range", 0, 1, {"9"}}};
  const auto rows = plan_rows(difference, {});
  ASSERT_EQ(rows.size(), 1u) << "what nobody asks is told with the plans only";
  EXPECT_EQ(rows[0].metric, "failed_share");
  EXPECT_EQ(rows[0].contender, 0.3);
  EXPECT_EQ(rows[0].verdict, Verdict::regressed);
  EXPECT_EQ(rows[0].gating, Gating::gating);
  EXPECT_NE(rows[0].note.find("refused now: too late"), std::string::npos) << rows[0].note;
}

}  // namespace
}  // namespace tare
