#include "tools/compare/index_findings.h"

#include <gtest/gtest.h>

#include <string>

namespace tare {
namespace {

IndexUse index(const std::string& name, const std::string& column, int64_t scans) {
  IndexUse out;
  out.schema = "public", out.name = name, out.access_method = "btree";
  out.keys = {{column, "pg_catalog.int4_ops", "", "ASC NULLS LAST"}};
  out.size_bytes = 2 << 20, out.scans = scans;
  out.not_measured = "no step of this load writes to the table";
  return out;
}

TableUse table(const std::string& name, std::vector<IndexUse> indexes = {}) {
  TableUse out;
  out.schema = "public", out.name = name;
  out.rows = 100'000, out.size_bytes = 20 << 20;
  out.indexes = std::move(indexes);
  return out;
}

WriteCost cost(const std::string& command) {
  WriteCost out;
  out.operation = "comment", out.step = "insert", out.command = command;
  out.wal_bytes = 72, out.wal_bytes_with = 247, out.wal_records = 1, out.blocks = 3;
  out.samples = 5;
  return out;
}

IndexReview review(std::vector<TableUse> tables) {
  IndexReview out;
  out.seconds = 6, out.requests = 2431;
  out.tables = std::move(tables);
  return out;
}

Plan plan(const std::string& operation, const std::string& node) {
  Plan out;
  out.operation = operation, out.step = "list";
  out.explain_json = "[{\"Plan\": {\"Actual Loops\": 1, " + node + "}}]";
  return out;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(IndexFindings, AnUnusedIndexWithWhatItCosts) {
  TableUse orders = table("orders", {index("orders_amount", "amount", 0)});
  orders.inserts = 10;
  orders.indexes[0].costs = {cost("INSERT")}, orders.indexes[0].not_measured = "";
  const auto findings = index_findings(review({orders}), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, IndexFindingKind::unused);
  EXPECT_EQ(findings[0].table, "orders");
  EXPECT_EQ(findings[0].index, "orders_amount");
  EXPECT_EQ(findings[0].evidence,
            "0 scans of 2,431 requests in 6.0 s; 2.00 MB; +72 B of WAL (247 B in all) and +3 "
            "blocks per INSERT by comment/insert");
  EXPECT_EQ(findings[0].cautions,
            (std::vector<std::string>{"this load only: other jobs may use it",
                                      "short run: 6.0 s hold nothing that comes more seldom"}));
}

TEST(IndexFindings, ALongRunIsNotShort) {
  TableUse orders = table("orders", {index("orders_amount", "amount", 0)});
  orders.inserts = 1;
  IndexReview longer = review({orders});
  longer.seconds = 60;
  EXPECT_EQ(index_findings(longer, {}).at(0).cautions.size(), 1u);
}

TEST(IndexFindings, WhatEnforcesARuleOnlyLooksUnused) {
  IndexUse unique = index("u", "a", 0), constraint = index("c_key", "b", 0);
  IndexUse primary = index("p_pkey", "id", 0), plain = index("z", "d", 0);
  unique.unique_rule = constraint.unique_rule = primary.unique_rule = "NULLs differ";
  unique.role = IndexRole::unique, unique.needed_by = "foreign key f";
  constraint.role = primary.role = IndexRole::constraint;
  constraint.needed_by = "unique constraint c_key", primary.needed_by = "primary key p_pkey";
  plain.state = IndexState::invalid, plain.size_bytes = 1;
  TableUse orders = table("orders", {unique, constraint, primary, plain});
  orders.deletes = 1;
  const auto findings = index_findings(review({orders}), {});
  ASSERT_EQ(findings.size(), 3u) << "a primary key is no finding";
  EXPECT_EQ(findings[0].index, "z") << "first what could go, however small";
  EXPECT_TRUE(has(findings[0].cautions.back(), "invalid"));
  EXPECT_EQ(findings[1].cautions.at(2), "unique: it enforces a rule");
  EXPECT_EQ(findings[1].cautions.at(3), "foreign key f rests on it");
  EXPECT_EQ(findings[2].cautions.at(2), "backs unique constraint c_key: it enforces a rule");
}

TEST(IndexFindings, ATableThatTheLoadDoesNotTouchSaysLittle) {
  const auto findings = index_findings(review({table("typed", {index("t", "a", 0)})}), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].cautions.back(), "this load does not touch the table");
}

TEST(IndexFindings, ADuplicateIsOneRowAndNotAlsoUnused) {
  const auto findings = index_findings(
      review({table("orders", {index("a", "amount", 7), index("b", "amount", 0)})}), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, IndexFindingKind::duplicate);
  EXPECT_EQ(findings[0].index, "b");
  EXPECT_EQ(findings[0].evidence,
            "the same keys (amount) as a; 0 scans, 7 through a; 2.00 MB; cost to writers: no step "
            "of this load writes to the table");
}

// Both rows are right, and acting on both would be wrong.
TEST(IndexFindings, OfAPrefixThatIsUsedAndAnUnusedWideOneOnlyOneCanGo) {
  IndexUse wide = index("wide", "customer", 0);
  wide.keys.push_back(index("", "amount", 0).keys[0]);
  wide.size_bytes = 1;
  const auto findings =
      index_findings(review({table("orders", {index("narrow", "customer", 7), wide})}), {});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, IndexFindingKind::prefix);
  EXPECT_EQ(findings[0].cautions.back(),
            "wide would have to do its work: only one of the two can go");
  EXPECT_EQ(findings[1].kind, IndexFindingKind::unused);
  EXPECT_EQ(findings[1].cautions.back(),
            "narrow could be replaced by it: only one of the two can go");
}

TEST(IndexFindings, SequentialScansNameTheirQuery) {
  TableUse post = table("post");
  post.seq_scans = 4, post.seq_rows = 400'000;
  const std::string scan = R"("Node Type": "Seq Scan", "Relation Name": "post")";
  const auto findings = index_findings(
      review({post}),
      {plan("latest", scan + R"(, "Parallel Aware": true)"), plan("latest", scan),
       plan("other", R"("Node Type": "Index Scan", "Relation Name": "post")"), Plan()});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, IndexFindingKind::sequential_scan);
  EXPECT_EQ(findings[0].evidence,
            "4 scans read 400,000 rows (100,000 a scan) of a table of 100,000 rows, 20.0 MB; by "
            "latest/list (2 of 2 captured plans)");
  EXPECT_EQ(findings[0].cautions,
            std::vector<std::string>{"parallel scans: each worker counts as a scan"});
  EXPECT_TRUE(has(index_findings(review({post}), {}).at(0).evidence,
                  "by a query that is not among the captured plans"));
}

TEST(IndexFindings, SmallTablesAndShortScansAreLeftAlone) {
  TableUse few = table("few"), narrow = table("narrow"), early = table("early");
  few.seq_scans = narrow.seq_scans = early.seq_scans = 100;
  few.seq_rows = narrow.seq_rows = 1'000'000, early.seq_rows = 100 * 999;
  few.rows = 10'000, narrow.size_bytes = (1 << 20) - 1;
  EXPECT_TRUE(index_findings(review({few, narrow, early}), {}).empty());
}

TEST(IndexFindings, PartitionsAreTheirTable) {
  TableUse event = table("event");
  event.partitions = {"event_1"};
  event.seq_scans = 2, event.seq_rows = 100'000;
  const std::string scan = R"("Node Type": "Seq Scan", "Relation Name": "event_1")";
  EXPECT_TRUE(has(index_findings(review({event}), {plan("report", scan)}).at(0).evidence,
                  "by report/list (1 of 1"));
}

TEST(IndexFindings, TheIndexThatPreventsHotUpdatesIsNamed) {
  TableUse post = table("post", {index("post_views", "views", 3), index("post_slug", "slug", 9)});
  post.updates = 120, post.hot_updates = 6;
  WriteCost views = cost("UPDATE"), slug = cost("UPDATE");
  views.updates = slug.updates = 5;
  views.hot_without = 4;
  slug.hot_without = 2;  // rooms of pages vary
  post.indexes[0].costs = {views}, post.indexes[1].costs = {slug};
  auto findings = index_findings(review({post}), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, IndexFindingKind::low_hot_share);
  EXPECT_EQ(findings[0].index, "post_views");
  EXPECT_TRUE(has(findings[0].evidence,
                  "6 of 120 updates were HOT (5.0 %); of 5 sampled from comment/insert, 0 were HOT "
                  "with this index and 4 without it"))
      << findings[0].evidence;

  post.indexes[0].costs[0].hot_with = 1;
  findings = index_findings(review({post}), {});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].index, "") << "an index on what is updated prevents every one";
  EXPECT_TRUE(has(findings[0].evidence, "(2 cases measured)"));
  EXPECT_TRUE(has(findings[0].cautions.at(0), "without room"));

  post.hot_updates = 60;
  EXPECT_TRUE(index_findings(review({post}), {}).empty());
  post.updates = 19, post.hot_updates = 0;
  EXPECT_TRUE(index_findings(review({post}), {}).empty()) << "too few to speak of a share";
}

// Two indexes on updated columns: leaving out one of them changes nothing.
TEST(IndexFindings, ElseThoseOnAssignedColumnsAreNamed) {
  TableUse post = table("post", {index("a", "views", 3), index("b", "lower(slug)", 9),
                                 index("c", "views", 1), index("d", "id", 1)});
  post.updates = 100;
  post.indexes[0].columns = post.indexes[2].columns = {"views"};
  post.indexes[1].columns = {"slug"}, post.indexes[3].columns = {"id"};
  post.indexes[2].access_method = "brin";
  WriteCost measured = cost("UPDATE");
  measured.updates = 5;
  post.indexes[0].costs = {measured};
  Plan save = plan("publish", R"("Node Type": "ModifyTable")");
  save.sql = "UPDATE post SET views = views + 1, slug = $2 WHERE id = $1";
  auto findings = index_findings(review({post}), {save, save});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].index, "a");
  EXPECT_TRUE(findings[0].evidence.starts_with(
      "0 of 100 updates were HOT (0.0 %); publish/list assigns views, which it holds; 3 scans"))
      << findings[0].evidence;
  EXPECT_TRUE(has(findings[0].cautions.at(0), "leaving it out alone"));
  EXPECT_EQ(findings[1].index, "b");
  EXPECT_TRUE(has(findings[1].cautions.at(0), "was not measured"));

  post.indexes[0].costs[0].hot_with = 1;  // views stayed the same there
  findings = index_findings(review({post}), {save});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].index, "b");
  save.sql = "UPDATE archive.post SET slug = $2 WHERE id = $1";
  EXPECT_EQ(index_findings(review({post}), {save}).at(0).index, "") << "another table";
}

TEST(IndexFindings, TheWeightiestComeFirst) {
  TableUse orders = table("orders", {index("small", "a", 0), index("large", "b", 0)});
  orders.indexes[1].size_bytes = 4 << 20;
  orders.seq_scans = 10, orders.seq_rows = 1'000'000;
  IndexUse written = index("written", "c", 0);
  written.size_bytes = 8192, written.costs = {cost("INSERT")}, written.not_measured = "";
  orders.inserts = 1'000'000;
  orders.indexes.push_back(written);
  std::string order;
  for (const IndexFinding& finding : index_findings(review({orders}), {})) {
    order += (finding.index.empty() ? "scans" : finding.index) + " ";
  }
  EXPECT_EQ(order, "scans written large small ");
}

}  // namespace
}  // namespace tare
