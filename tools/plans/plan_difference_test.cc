#include "tools/plans/plan_difference.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

std::string seq_scan(const std::string& alias = "relation", const std::string& literal = "libc6") {
  return R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "relation", "Alias": ")j" +
         alias + R"j(", "Filter": "(target = ')j" + literal + R"j('::text)", "Plan Rows": 4120,
       "Actual Rows": 4, "Actual Loops": 1, "Shared Hit Blocks": 3411}}])j";
}

const char* const kIndexScan = R"j([{"Plan": {"Node Type": "Index Scan",
    "Index Name": "relation_target", "Relation Name": "relation", "Alias": "relation",
    "Index Cond": "(target = 'libc6'::text)", "Plan Rows": 4120, "Actual Rows": 4,
    "Actual Loops": 1, "Shared Hit Blocks": 5}}])j";

std::string words(const std::string& before, const std::string& after) {
  return difference_words(read_plan_tree(before), read_plan_tree(after));
}

TEST(PlanDifference, SaysWhatAScanBecame) {
  EXPECT_EQ(words(seq_scan(), kIndexScan),
            "Seq Scan on relation (3,411 blocks) became Index Scan using relation_target "
            "(5 blocks); rows estimated 4,120, found 4");
}

TEST(PlanDifference, IsEmptyForLiteralsAndAliases) {
  EXPECT_EQ(words(seq_scan(), seq_scan("r", "zlib1g")), "");
}

std::string hash_join(const std::string& outer, const std::string& inner) {
  return R"j([{"Plan": {"Node Type": "Hash Join", "Join Type": "Inner",
    "Hash Cond": "(o.customer_id = c.id)", "Plans": [
    {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": ")j" +
         outer + R"j(", "Alias": "o"},
    {"Node Type": "Hash", "Parent Relationship": "Inner", "Plans": [
      {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": ")j" +
         inner + R"j(", "Alias": "c"}]}]}}])j";
}

TEST(PlanDifference, SaysWhenJoinSidesAreSwapped) {
  EXPECT_EQ(words(hash_join("orders", "customers"), hash_join("customers", "orders")),
            "Hash Join, now: the inner side was customers, now orders");
}

TEST(PlanDifference, SaysWhatIsNewAndGone) {
  const std::string sorted = R"j([{"Plan": {"Node Type": "Sort", "Sort Key": ["created"], "Plans": [
      {"Node Type": "Seq Scan", "Relation Name": "a", "Alias": "a"}]}}])j";
  const std::string plain =
      R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "a", "Alias": "a"}}])j";
  EXPECT_EQ(words(plain, sorted), "Sort is new");
  EXPECT_EQ(words(sorted, plain), "Sort is gone");
}

TEST(PlanDifference, SaysWhenAnIndexLosesAColumn) {
  const auto scan = [](const std::string& condition) {
    return R"j([{"Plan": {"Node Type": "Index Scan", "Index Name": "orders_key",
      "Relation Name": "orders", "Alias": "orders", "Index Cond": ")j" +
           condition + R"j("}}])j";
  };
  const std::string found =
      words(scan("((customer_id = 5) AND (created > 3))"), scan("(customer_id = 5)"));
  EXPECT_NE(found.find("Index Scan using orders_key on orders, now: Index Cond"), std::string::npos)
      << found;
  EXPECT_NE(found.find("->"), std::string::npos) << found;
}

TEST(PlanDifference, NamesTheIndexesOfABitmap) {
  const std::string bitmap = R"j([{"Plan": {"Node Type": "Bitmap Heap Scan",
    "Relation Name": "relation", "Alias": "relation", "Plan Rows": 9, "Actual Rows": 9,
    "Actual Loops": 1, "Shared Hit Blocks": 12, "Plans": [
      {"Node Type": "Bitmap Index Scan", "Parent Relationship": "Outer",
       "Index Name": "relation_target", "Plan Rows": 9, "Actual Rows": 9, "Actual Loops": 1,
       "Shared Hit Blocks": 3}]}}])j";
  EXPECT_EQ(words(seq_scan(), bitmap),
            "Seq Scan on relation (3,411 blocks) became Bitmap Heap Scan using relation_target "
            "(12 blocks); rows estimated 9, found 9");
}

// The second occurrence of a relation is held against the second one.
TEST(PlanDifference, TellsOccurrencesApart) {
  const auto self_join = [](const std::string& inner) {
    return R"j([{"Plan": {"Node Type": "Nested Loop", "Join Type": "Inner", "Plans": [
      {"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Relation Name": "orders",
       "Alias": "a"},
      {"Node Type": ")j" +
           inner + R"j(", "Parent Relationship": "Inner", "Relation Name": "orders",
       "Alias": "b", "Index Name": "orders_pkey", "Index Cond": "(id = (a.id + 1))"}]}}])j";
  };
  const auto changes = plan_difference(read_plan_tree(self_join("Index Scan")),
                                       read_plan_tree(self_join("Index Only Scan")));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].after, "Index Only Scan using orders_pkey on orders");
}

TEST(PlanDifference, OfManyNodesIsCutAndFast) {
  const auto many = [](const std::string& type) {
    std::string json = R"j([{"Plan": {"Node Type": "Append", "Plans": [)j";
    for (int i = 0; i < 3000; ++i) {
      json += (i > 0 ? "," : "") + std::string(R"j({"Node Type": ")j") + type +
              R"j(", "Relation Name": "part)j" + std::to_string(i) + R"j(", "Alias": "p)j" +
              std::to_string(i) + R"j("})j";
    }
    return json + "]}}]";
  };
  const std::string found = words(many("Seq Scan"), many("Sample Scan"));
  EXPECT_NE(found.find("2996 more"), std::string::npos) << found.substr(0, 300);
}

}  // namespace
}  // namespace tare
