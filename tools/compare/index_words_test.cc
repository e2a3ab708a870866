#include "tools/compare/index_words.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(IndexWords, SayFiguresWithTheirUnits) {
  EXPECT_EQ(bytes_words(0), "0 B");
  EXPECT_EQ(bytes_words(1023), "1023 B");
  EXPECT_EQ(bytes_words(-8192), "-8.00 kB");
  EXPECT_EQ(bytes_words(21'800), "21.3 kB");
  EXPECT_EQ(bytes_words(1024 * 1024 - 1), "1.00 MB");
  EXPECT_EQ(bytes_words(int64_t(5) << 50), "5120 TB");
  EXPECT_EQ(count_words(999), "999");
  EXPECT_EQ(count_words(1'234'567), "1,234,567");
  EXPECT_EQ(count_words(-123), "-123");
  EXPECT_EQ(count_words(-1'234), "-1,234");
  EXPECT_EQ(counted_words(1, "scan", "scans"), "1 scan");
  EXPECT_EQ(counted_words(0, "scan", "scans"), "0 scans");
}

TEST(IndexWords, NameTablesKeysAndCosts) {
  TableUse table;
  table.schema = "public", table.name = "orders";
  EXPECT_EQ(table_words(table), "orders");
  table.schema = "sales";
  EXPECT_EQ(table_words(table), "sales.orders");
  EXPECT_EQ(key_words({{"id", "", "", ""}, {"lower(name)", "", "", ""}}), "id, lower(name)");
  WriteCost cost;
  cost.operation = "comment", cost.step = "insert", cost.command = "INSERT";
  cost.wal_bytes = 71, cost.wal_bytes_with = 312, cost.blocks = 3;
  EXPECT_EQ(cost_words(cost),
            "+71 B of WAL (312 B in all) and +3 blocks per INSERT by comment/insert");
  cost.wal_bytes = -2, cost.blocks = 1;
  EXPECT_EQ(cost_words(cost),
            "-2 B of WAL (312 B in all) and +1 block per INSERT by comment/insert");
}

}  // namespace
}  // namespace tare
