// The index review of `tare run`, on real servers.
#include <gtest/gtest.h>

#include <filesystem>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

std::filesystem::path only_folder(const TareRunner& tare) {
  const auto folders = tare.result_folders("shop");
  EXPECT_EQ(folders.size(), 1u);
  return folders.empty() ? "" : tare.results() / "shop" / folders[0];
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

// The shop with a large table, and customers who change orders.
std::string writing_shop() {
  std::string text = shop_scenario();
  replace(text, "generate_series(1, 100000)", "generate_series(1, 250000)");
  replace(text, "\"rows\": 100000", "\"rows\": 250000");
  replace(text, "\"count\": {",
          R"j("change_order": {"draw": {"id": {"from": "orders.id", "skew": "uniform"}},
      "steps": [{"name": "save", "sql": "UPDATE orders SET amount = amount + 1 WHERE id = $1",
                 "params": ["id"], "expect": {"rows": 1}}]},
    "add_order": {"draw": {"id": {"integer": {"min": 1000000, "max": 900000000}}},
      "steps": [{"name": "row", "sql": "INSERT INTO orders VALUES ($1, 5, 5)", "params": ["id"],
                 "expect": {"rows": 1}}]},
    "count": {)j");
  replace(text, "\"count\": 10", "\"count\": 10, \"change_order\": 40, \"add_order\": 20");
  return text;
}

const IndexFinding* find(const IndexReview& review, IndexFindingKind kind) {
  for (const IndexFinding& finding : review.findings) {
    if (finding.kind == kind) return &finding;
  }
  return nullptr;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(IndexReview, ShowsAnUnusedIndexAndKeepsTheEvidence) {
  TareRunner tare;
  std::string text = shop_scenario();
  replace(text, "\"warmup_s\": 0.3", "\"warmup_s\": 0");  // what is counted is then in the result
  const std::string scenario = tare.write("shop.json", text);
  const TareOutcome outcome = tare.run({"run", scenario});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const Result result = read_result(only_folder(tare));
  ASSERT_TRUE(result.index_review);
  const IndexReview& review = *result.index_review;
  EXPECT_TRUE(review.notes.empty()) << review.notes.front();
  ASSERT_EQ(review.tables.size(), 1u);
  const TableUse& orders = review.tables[0];
  EXPECT_EQ(orders.name, "orders");
  EXPECT_EQ(orders.rows, 100'000);
  EXPECT_EQ(orders.inserts + orders.updates + orders.deletes, 0);

  // Exactly what the requests did: neither the plans nor the check of hits are in it, and no
  // session of the load is missing.
  const auto& list = result.operations.at("orders_of").steps.at("list");
  EXPECT_EQ(orders.seq_rows, list.calls * 100'000);
  EXPECT_GE(orders.seq_scans, list.calls) << "workers of a parallel scan count as well";
  const auto& view = result.operations.at("view_order");
  int64_t lookups = 0;
  for (const IndexUse& index : orders.indexes) {
    if (index.name == "orders_pkey") lookups = index.scans;
  }
  EXPECT_EQ(lookups, view.paths.at("miss").count);
  EXPECT_GT(view.cache_check.checked, 0) << "else nothing was kept out";

  ASSERT_EQ(review.findings.size(), 2u);
  EXPECT_EQ(review.findings[0].kind, IndexFindingKind::sequential_scan);
  EXPECT_TRUE(has(review.findings[0].evidence, "by orders_of/list")) << "the most bytes first";
  const IndexFinding& unused = review.findings[1];
  EXPECT_EQ(unused.kind, IndexFindingKind::unused);
  EXPECT_EQ(unused.index, "orders_amount");
  EXPECT_TRUE(unused.evidence.starts_with("0 scans of ")) << unused.evidence;
  EXPECT_TRUE(has(unused.evidence, "no step of this load writes")) << unused.evidence;
  EXPECT_TRUE(has(outcome.out, unused.evidence)) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "this load only")) << outcome.out;
  const TareOutcome shown = tare.run({"show", only_folder(tare).string()});
  EXPECT_TRUE(has(shown.out, unused.evidence)) << shown.out;
}

TEST(IndexReview, MeasuresWhatWritersPayAndNamesWhoScans) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", writing_shop());
  const TareOutcome outcome = tare.run({"run", scenario});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  const Result result = read_result(only_folder(tare));
  ASSERT_TRUE(result.index_review);
  const IndexReview& review = *result.index_review;
  const TableUse& orders = review.tables.at(0);
  const RequestCounts& changes = result.operations.at("change_order").requests;
  EXPECT_GE(orders.updates, changes.ok);
  EXPECT_LE(orders.updates, review.requests);
  EXPECT_EQ(orders.hot_updates, 0) << "orders_amount is on the column";

  const IndexFinding* scans = find(review, IndexFindingKind::sequential_scan);
  ASSERT_NE(scans, nullptr) << outcome.out;
  EXPECT_TRUE(has(scans->evidence, "by orders_of/list (5 of 5 captured plans)")) << scans->evidence;
  const IndexFinding* unused = find(review, IndexFindingKind::unused);
  ASSERT_NE(unused, nullptr) << outcome.out;
  EXPECT_TRUE(has(unused->evidence, "per UPDATE by change_order/save")) << unused->evidence;
  for (const IndexUse& index : orders.indexes) {
    if (index.name != "orders_amount") continue;
    ASSERT_EQ(index.costs.size(), 2u) << "the load has inserted these rows before";
    for (const WriteCost& cost : index.costs) {
      EXPECT_GE(cost.wal_records, 1);
      EXPECT_GT(cost.wal_bytes, 0);
      EXPECT_LT(cost.wal_bytes, cost.wal_bytes_with);
    }
  }
  EXPECT_EQ(review.findings[0].kind, IndexFindingKind::sequential_scan) << "the weightiest first";
  EXPECT_NE(find(review, IndexFindingKind::low_hot_share), nullptr) << outcome.out;
  EXPECT_TRUE(has(outcome.out, scans->evidence)) << outcome.out;
}

TEST(IndexReview, TrialsOfAnExperimentCountButDropNothing) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", writing_shop());
  const std::string change =
      tare.write("change.json",
                 shop_change(R"j([{"sql": "CREATE INDEX by_customer ON orders (customer_id)"}])j",
                             R"j([{"sql": "DROP INDEX by_customer"}])j"));
  const TareOutcome outcome =
      tare.run({"ab", scenario, "--change", change, "--pairs", "2", "--set", "measure_s=1"});
  EXPECT_LE(outcome.code, 2) << outcome.out << outcome.errors;
  const auto review_of = [&](const std::string& trial) {
    return read_result(only_folder(tare) / "trials" / trial).index_review.value();
  };
  const IndexReview before = review_of("01-baseline"), after = review_of("01-contender");
  const IndexFinding* scans = find(before, IndexFindingKind::sequential_scan);
  ASSERT_NE(scans, nullptr) << outcome.out;
  EXPECT_TRUE(has(read_whole_file(only_folder(tare) / "note.md"), scans->evidence));
  EXPECT_EQ(find(after, IndexFindingKind::sequential_scan), nullptr);
  EXPECT_EQ(after.tables.at(0).indexes.size(), 3u);
  for (const IndexUse& index : after.tables.at(0).indexes) {
    EXPECT_TRUE(index.costs.empty());
    EXPECT_EQ(index.not_measured, "not measured in this kind of run");
    if (index.name == "by_customer") {
      EXPECT_GT(index.scans, 0);
    }
  }
}

TEST(IndexReview, AScenarioWithoutPostgresHasNone) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", R"j({
    "schema_version": 1, "name": "shop",
    "operations": {"count": {"steps": [{"redis": ["INCR", "shop:views"]}]}},
    "load": {"arrivals": {"constant": {"rate_per_s": 50}}, "mix": {"count": 1},
             "cache_start": "cold", "warmup_s": 0.2, "measure_s": 1}})j");
  const TareOutcome outcome = tare.run({"run", scenario});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_FALSE(read_result(only_folder(tare)).index_review);
  EXPECT_FALSE(has(outcome.out, "index review"));
}

}  // namespace
}  // namespace tare
