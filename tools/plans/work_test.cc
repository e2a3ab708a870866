#include "tools/plans/work.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

// A nested loop whose inner side ran 4999 times, as PostgreSQL of that version prints it.
std::string nested_loop(const std::string& inner_rows, const std::string& more = "") {
  return R"j([{"Plan": {"Node Type": "Nested Loop", "Join Type": "Inner",
    "Total Cost": 100, "Plan Rows": 5000, "Actual Rows": 50, "Actual Loops": 1,
    "Shared Hit Blocks": 900, "Shared Read Blocks": 100, "Temp Read Blocks": 3,
    "Temp Written Blocks": 4, "WAL Bytes": 77)j" +
         more + R"j(,
    "Plans": [
      {"Node Type": "Seq Scan", "Relation Name": "a", "Parent Relationship": "Outer",
       "Plan Rows": 4999, "Actual Rows": 4999, "Actual Loops": 1, "Rows Removed by Filter": 11,
       "Shared Hit Blocks": 300, "Shared Read Blocks": 100},
      {"Node Type": "Index Scan", "Relation Name": "b", "Index Name": "b_key",
       "Parent Relationship": "Inner", "Index Cond": "(id = a.id)",
       "Plan Rows": 1, "Actual Rows": )j" +
         inner_rows + R"j(, "Actual Loops": 4999,
       "Shared Hit Blocks": 600, "Shared Read Blocks": 0}]},
    "Planning": {"Shared Hit Blocks": 7, "Shared Read Blocks": 2}, "Triggers": []}])j";
}

TEST(Work, IsCountedOverTheWholePlan) {
  const WorkVector work = work_of(read_plan_tree(nested_loop("0")));
  EXPECT_EQ(work.logical_reads, 1000);
  EXPECT_EQ(work.temp_blocks, 7);
  EXPECT_EQ(work.rows_returned, 50);
  EXPECT_EQ(work.wal_bytes, 77);
  EXPECT_EQ(work.planning_blocks, 9);
  EXPECT_DOUBLE_EQ(work.rows, 50 + 4999 + 11);
}

TEST(Work, OfANodeIsWithoutWhatIsBelow) {
  const PlanTree plan = read_plan_tree(nested_loop("0"));
  EXPECT_EQ(own_blocks(plan, 0), 0);
  EXPECT_EQ(own_blocks(plan, 1), 400);
  EXPECT_EQ(own_blocks(plan, 2), 600);
}

// Zero rows a loop, printed by 13 to 17, are not zero rows: the join says there were 50.
TEST(RowEstimates, ZeroRowsInALoopAreToldByTheJoin) {
  const auto found = row_estimates(read_plan_tree(nested_loop("0")), 2);
  ASSERT_EQ(found.size(), 2u);
  const auto& inner = found[0].node.starts_with("Index") ? found[0] : found[1];
  EXPECT_EQ(inner.node, "Index Scan using b_key on b");
  EXPECT_EQ(inner.estimated, 4999);
  EXPECT_EQ(inner.lowest, 50);
  EXPECT_EQ(inner.highest, 50);
  EXPECT_NEAR(inner.factor, 100, 0.1);
}

TEST(RowEstimates, FromEighteenOnPartsOfRowsAreCounted) {
  const auto found = row_estimates(read_plan_tree(nested_loop("0.01")), 2);
  ASSERT_EQ(found.size(), 2u);
  for (const RowEstimate& each : found) EXPECT_NEAR(each.factor, 100, 1) << each.node;
}

// With a filter on the join no more is known than that a loop gave less than half a row, and at
// least what was joined.
TEST(RowEstimates, BelowAFilteredJoinAnIntervalIsKnown) {
  const auto found =
      row_estimates(read_plan_tree(nested_loop("0", R"j(, "Join Filter": "(a.x > b.x)")j")), 1.5);
  for (const RowEstimate& each : found) {
    if (!each.node.starts_with("Index")) continue;
    EXPECT_EQ(each.lowest, 50);
    EXPECT_EQ(each.highest, 2499.5);
    EXPECT_NEAR(each.factor, 2, 0.01);
    return;
  }
  FAIL() << "the inner side is missing";
}

TEST(RowEstimates, WhatALimitStoppedIsNoMistake) {
  const std::string json = R"j([{"Plan": {"Node Type": "Limit", "Plan Rows": 5, "Actual Rows": 5,
    "Actual Loops": 1, "Plans": [{"Node Type": "Seq Scan", "Relation Name": "a",
    "Plan Rows": 100000, "Actual Rows": 5, "Actual Loops": 1}]}}])j";
  EXPECT_TRUE(row_estimates(read_plan_tree(json), 2).empty());
}

TEST(RowEstimates, BelowASortUnderALimitCount) {
  const std::string json = R"j([{"Plan": {"Node Type": "Limit", "Plan Rows": 5, "Actual Rows": 5,
    "Actual Loops": 1, "Plans": [{"Node Type": "Sort", "Plan Rows": 100000, "Actual Rows": 5,
    "Actual Loops": 1, "Plans": [{"Node Type": "Seq Scan", "Relation Name": "a",
    "Plan Rows": 100000, "Actual Rows": 40, "Actual Loops": 1}]}]}}])j";
  const auto found = row_estimates(read_plan_tree(json), 2);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].node, "Seq Scan on a");
  EXPECT_EQ(found[0].factor, 2500);
}

TEST(RowEstimates, WhatNeverRanIsNone) {
  const std::string json = R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "a",
    "Plan Rows": 1000, "Actual Rows": 0, "Actual Loops": 0}}])j";
  EXPECT_TRUE(row_estimates(read_plan_tree(json), 2).empty());
}

WorkVector reads(int64_t blocks, int64_t temporary = 0) {
  WorkVector work;
  work.logical_reads = blocks;
  work.temp_blocks = temporary;
  return work;
}

TEST(JudgeWork, NeedsAShareAndBlocks) {
  const WorkLimit limit;
  EXPECT_EQ(judge_work(reads(1000), reads(1200), limit), WorkVerdict::same);
  EXPECT_EQ(judge_work(reads(1000), reads(1201), limit), WorkVerdict::regressed);
  EXPECT_EQ(judge_work(reads(10), reads(60), limit), WorkVerdict::same);
  EXPECT_EQ(judge_work(reads(10), reads(61), limit), WorkVerdict::regressed);
  EXPECT_EQ(judge_work(reads(1201), reads(1000), limit), WorkVerdict::improved);
  EXPECT_EQ(judge_work(reads(0), reads(0), limit), WorkVerdict::same);
}

TEST(JudgeWork, TemporaryBlocksCountAlone) {
  const WorkLimit limit;
  EXPECT_EQ(judge_work(reads(5000), reads(100, 51), limit), WorkVerdict::regressed);
  EXPECT_EQ(judge_work(reads(100, 500), reads(100, 0), limit), WorkVerdict::improved);
}

TEST(JudgeWork, HoldsAnotherLimit) {
  EXPECT_EQ(judge_work(reads(1000), reads(1100), {0.05, 10}), WorkVerdict::regressed);
  EXPECT_EQ(judge_work(reads(1000), reads(1100), {0.05, 200}), WorkVerdict::same);
}

// A nested loop may go through the same few blocks again and again.
TEST(JudgeWork, ManyMoreRowsOfTheSameBlocksAreMoreWork) {
  const WorkLimit limit;
  WorkVector before = reads(100), after = reads(100);
  before.rows = 1000;
  after.rows = 9999;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::same) << "another plan's nodes";
  after.rows = 10'000'000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::regressed);
  EXPECT_EQ(judge_work(after, before, limit), WorkVerdict::improved);
  EXPECT_EQ(work_words(before, after, limit), "100 -> 100 blocks, 1,000 -> 10,000,000 rows");
  after.logical_reads = 10;
  before.logical_reads = 5000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::improved) << "and far fewer blocks";
  before = after = reads(5);
  before.rows = 1;
  after.rows = 4000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::same) << "as much as 40 blocks";
}

TEST(JudgeWork, WalCounts) {
  const WorkLimit limit;
  WorkVector before = reads(100), after = reads(100);
  before.wal_bytes = 1'000'000;
  after.wal_bytes = 1'100'000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::same);
  after.wal_bytes = 58'000;
  before.wal_bytes = 45'000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::same) << "two blocks more or less";
  before.wal_bytes = 1'000'000;
  after.wal_bytes = 2'000'000;
  EXPECT_EQ(judge_work(before, after, limit), WorkVerdict::regressed);
  EXPECT_EQ(work_words(before, after, limit),
            "100 -> 100 blocks, 1,000,000 -> 2,000,000 bytes of WAL");
}

TEST(WorkOf, WhatNoServerCountsIsCut) {
  const std::string json = R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "a",
    "Plan Rows": 1e300, "Actual Rows": 1e300, "Actual Loops": 1e300}}])j";
  const PlanTree tree = read_plan_tree(json);
  EXPECT_EQ(work_of(tree).rows, 9e15);
  EXPECT_EQ(work_of(tree).rows_returned, 9'000'000'000'000'000);
  for (const RowEstimate& each : row_estimates(tree, 1)) EXPECT_LE(each.highest, 9e15);
}

}  // namespace
}  // namespace tare
