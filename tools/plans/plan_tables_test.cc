#include "tools/plans/plan_tables.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tare {
namespace {

TEST(PlanTables, NamesSequentialScansThatRan) {
  const PlanTables tables = plan_tables(R"j([{"Plan": {"Node Type": "Append", "Plans": [
    {"Node Type": "Seq Scan", "Relation Name": "post", "Actual Loops": 3, "Parallel Aware": true},
    {"Node Type": "Seq Scan", "Relation Name": "post", "Actual Loops": 1, "Parallel Aware": false},
    {"Node Type": "Index Scan", "Relation Name": "author", "Index Name": "author_pkey"},
    {"Node Type": "Seq Scan", "Relation Name": "never", "Actual Loops": 0}]}}])j");
  EXPECT_EQ(tables.scanned, (std::vector<ScannedTable>{{"post", ScanWorkers::parallel}}));
  EXPECT_TRUE(tables.written.empty());
}

TEST(PlanTables, CountsWhatAWriteDid) {
  const PlanTables tables = plan_tables(R"j([{"Plan": {"Node Type": "ModifyTable",
    "Operation": "Update", "Relation Name": "post", "Schema": "public", "WAL Records": 4,
    "WAL FPI": 1, "WAL Bytes": 900, "Shared Hit Blocks": 10, "Shared Read Blocks": 2, "Plans": [
    {"Node Type": "Result", "Parent Relationship": "InitPlan", "Actual Rows": 9, "Actual Loops": 1},
    {"Node Type": "Index Scan", "Parent Relationship": "Outer", "Actual Rows": 2.00,
     "Actual Loops": 3}]}, "Triggers": []}])j");
  EXPECT_EQ(tables.written, (std::vector<WrittenTable>{{"public", "post", "UPDATE", 6}}));
  EXPECT_EQ(tables.wal_records, 4);
  EXPECT_EQ(tables.wal_full_page_images, 1);
  EXPECT_EQ(tables.wal_bytes, 900);
  EXPECT_EQ(tables.blocks, 12);
}

TEST(PlanTables, RefusesWhatIsNoPlan) {
  for (const char* text : {"", "{}", "[]", "[{\"Plan\"", "[{}]"}) {
    EXPECT_THROW(plan_tables(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace tare
