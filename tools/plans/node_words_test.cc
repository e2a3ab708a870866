#include "tools/plans/node_words.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

PlanNode node(const std::string& type) {
  PlanNode out;
  out.type = type;
  return out;
}

TEST(NodeWords, NameMethodIndexAndRelation) {
  PlanNode scan = node("Index Only Scan");
  scan.relation = "orders";
  scan.index = "orders_key";
  scan.parallel_aware = true;
  scan.scan_direction = "Backward";
  scan.conditions = {{"Index Cond", "(id = 5)"}};
  EXPECT_EQ(node_words(scan), "Parallel Index Only Scan Backward using orders_key on orders");
  EXPECT_TRUE(is_scan(scan));
}

TEST(NodeWords, TellAWholeIndexFromAPartOfIt) {
  PlanNode scan = node("Index Scan");
  scan.relation = "orders";
  scan.index = "orders_key";
  EXPECT_TRUE(reads_whole_index(scan));
  EXPECT_EQ(node_words(scan), "Full Index Scan using orders_key on orders");
  scan.conditions = {{"Filter", "(a = 1)"}, {"Index Cond", "(id = 5)"}};
  EXPECT_FALSE(reads_whole_index(scan));
}

TEST(NodeWords, NameKindsOfJoinsAndAggregates) {
  PlanNode join = node("Hash Join");
  join.join_type = "Left";
  EXPECT_EQ(node_words(join), "Hash Left Join");
  join.join_type = "Inner";
  EXPECT_EQ(node_words(join), "Hash Join");
  PlanNode aggregate = node("Aggregate");
  aggregate.strategy = "Hashed";
  EXPECT_EQ(node_words(aggregate), "HashAggregate");
  aggregate.strategy = "Sorted";
  EXPECT_EQ(node_words(aggregate), "GroupAggregate");
  aggregate.strategy = "Plain";
  EXPECT_EQ(node_words(aggregate), "Aggregate");
  PlanNode write = node("ModifyTable");
  write.operation = "Update";
  write.relation = "orders";
  EXPECT_EQ(node_words(write), "Update on orders");
  EXPECT_FALSE(is_scan(write));
}

TEST(NodeWords, NameBitmapsFunctionsAndCtes) {
  PlanNode bitmap = node("Bitmap Index Scan");
  bitmap.index = "orders_key";
  EXPECT_EQ(node_words(bitmap), "Bitmap Index Scan on orders_key");
  PlanNode function = node("Function Scan");
  function.function = "generate_series";
  EXPECT_EQ(node_words(function), "Function Scan on generate_series");
  PlanNode cte = node("CTE Scan");
  cte.cte = "recent";
  EXPECT_EQ(node_words(cte), "CTE Scan on recent");
}

}  // namespace
}  // namespace tare
