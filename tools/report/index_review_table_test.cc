#include "tools/report/index_review_table.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

IndexReview small_review() {
  IndexUse primary, amount;
  primary.name = "orders_pkey", primary.scans = 120, primary.tuples_read = 130;
  primary.size_bytes = 16384, primary.not_measured = "not measured: backs primary key orders_pkey";
  amount.name = "orders_amount", amount.size_bytes = 2 << 20;
  amount.costs = {{"sell", "add", "INSERT", 72, 247, 1, 3, 5, 0, 0, 0}};
  TableUse orders, idle;
  orders.schema = "public", orders.name = "orders", orders.rows = 100'000;
  orders.size_bytes = 4 << 20, orders.inserts = 7, orders.updates = 4, orders.hot_updates = 3;
  orders.seq_scans = 2, orders.seq_rows = 200'000;
  orders.indexes = {primary, amount};
  idle.schema = "public", idle.name = "idle";
  IndexReview review;
  review.seconds = 8, review.requests = 2431;
  review.wal = WalUse{996, 1, 3'188'000};
  review.tables = {idle, orders};
  review.findings = {
      {IndexFindingKind::unused, "orders", "orders_amount", "0 scans; 2.00 MB", {"this load only"}},
      {IndexFindingKind::low_hot_share, "orders", "", "\x1b[2J", {"this load only", "short"}}};
  review.notes = {"one index was left out"};
  return review;
}

TEST(IndexReviewTable, ShowsFindingsThenFigures) {
  EXPECT_EQ(index_review_table(small_review(), Style()),
            "index review: 2,431 requests in 8.0 s; the whole server wrote 3.04 MB of WAL in 996 "
            "records, 1 full-page image\n"
            "note: one index was left out\n"
            "finding          table   index          evidence\n"
            "unused           orders  orders_amount  0 scans; 2.00 MB\n"
            "few HOT updates  orders  -              ?[2J\n"
            "caution: this load only (orders_amount, orders)\n"
            "caution: short (orders)\n"
            "\n"
            "table      rows     size  inserts  updates     HOT  deletes  seq scans  rows a scan\n"
            "orders  100,000  4.00 MB        7        4  75.0 %        0          2      100,000\n"
            "\n"
            "index          table   scans  entries read     size  cost to writers\n"
            "orders_pkey    orders    120           130  16.0 kB  not measured: backs primary key "
            "orders_pkey\n"
            "orders_amount  orders      0             0  2.00 MB  +72 B of WAL (247 B in all) and "
            "+3 blocks per INSERT by sell/add\n");
}

TEST(IndexReviewTable, SaysWhenNothingWasFoundOrCounted) {
  IndexReview review = small_review();
  review.findings.clear(), review.notes.clear();
  EXPECT_NE(index_review_table(review, Style()).find("\nfindings: none\n"), std::string::npos);
  review.tables.clear(), review.wal.reset();
  review.notes = {"nothing was counted"};
  EXPECT_EQ(index_review_table(review, Style()),
            "index review: 2,431 requests in 8.0 s\nnote: nothing was counted\n");
}

TEST(IndexReviewTable, IsBounded) {
  IndexReview review = small_review();
  review.findings.assign(25, review.findings[0]);
  review.tables.assign(30, review.tables[1]);
  const std::string text = index_review_table(review, Style());
  EXPECT_NE(text.find("  and 5 more findings in result.json\n"), std::string::npos);
  EXPECT_NE(text.find("  and 10 more tables in result.json\n"), std::string::npos);
  EXPECT_NE(text.find("  and 40 more indexes in result.json\n"), std::string::npos);
}

TEST(IndexReviewTable, HasAWordForEachKind) {
  for (const IndexFindingKind kind :
       {IndexFindingKind::sequential_scan, IndexFindingKind::low_hot_share,
        IndexFindingKind::duplicate, IndexFindingKind::prefix, IndexFindingKind::unused}) {
    EXPECT_FALSE(finding_words(kind).empty());
  }
}

}  // namespace
}  // namespace tare
