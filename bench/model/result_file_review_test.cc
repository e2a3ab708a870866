#include "bench/model/result_file_review.h"

#include <gtest/gtest.h>

#include <exception>
#include <string>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

IndexReview whole_review() {
  WriteCost cost{"publish", "save", "UPDATE", 72, 1290, 1, -2, 5, 4, 0, 3};
  IndexUse index;
  index.schema = "public", index.name = "odd \"index\"", index.partition = "p1";
  index.definition = "CREATE INDEX ...", index.access_method = "btree";
  index.keys = {{"lower(name)", "pg_catalog.text_ops", "pg_catalog.\"C\"", "DESC NULLS FIRST"}};
  index.included = {"id"}, index.columns = {"id", "name"}, index.predicate = "(id > 3)",
  index.unique_rule = "NULLs differ";
  index.role = IndexRole::constraint, index.needed_by = "unique constraint k";
  index.state = IndexState::invalid, index.replica_identity = ReplicaIdentity::yes;
  index.size_bytes = 8192, index.scans = 3, index.tuples_read = 5, index.tuples_fetched = 4;
  index.costs = {cost}, index.not_measured = "why not";
  TableUse table{"sales", "Weird Table", {"p1", "p2"}, 100, 16384, 1, 9, 2, 3, 7, 700, {index, {}}};
  IndexReview review;
  review.seconds = 6.25, review.requests = 2431;
  review.wal = WalUse{11, 12, 13};
  review.tables = {table, {}};
  for (const IndexFindingKind kind :
       {IndexFindingKind::sequential_scan, IndexFindingKind::low_hot_share,
        IndexFindingKind::duplicate, IndexFindingKind::prefix, IndexFindingKind::unused}) {
    review.findings.push_back({kind, "Weird Table", "odd \"index\"", "0 scans", {"one", "two"}});
  }
  review.notes = {"left out"};
  return review;
}

TEST(ResultFileReview, ComesBackExactly) {
  EXPECT_EQ(index_review_from_json(index_review_to_json(whole_review())), whole_review());
  EXPECT_EQ(index_review_from_json(index_review_to_json(IndexReview())), IndexReview());
}

TEST(ResultFileReview, IsAPartOfTheResult) {
  Result result;
  result.index_review = whole_review();
  EXPECT_EQ(result_from_json(result_to_json(result), "result.json"), result);
}

TEST(ResultFileReview, OlderResultsHaveNone) {
  const std::string text = result_to_json(Result());
  EXPECT_EQ(text.find("index_review"), std::string::npos);
  EXPECT_FALSE(result_from_json(text, "result.json").index_review);
}

TEST(ResultFileReview, RefusesWhatTheSchemaDoesNotKnow) {
  Result result;
  result.index_review = whole_review();
  const std::string text = result_to_json(result);
  for (const char* word : {"\"low_hot_share\"", "\"constraint\"", "\"seq_rows\"", "6.25"}) {
    std::string wrong = text;
    ASSERT_NE(wrong.find(word), std::string::npos) << word;
    wrong.replace(wrong.find(word), std::string(word).size(), "\"other\"");
    EXPECT_THROW(result_from_json(wrong, "result.json"), FileProblems) << word;
  }
  EXPECT_THROW(index_review_from_json("{}"), std::exception);
}

}  // namespace
}  // namespace tare
