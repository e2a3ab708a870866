#include "tools/experiment/index_costs.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "bench/drivers/index_use.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

const char* const kTable = "sales.\"Weird Table\"";

class IndexCostsTest : public testing::Test {
 protected:
  IndexCostsTest() {
    const std::string table = kTable;
    control_.execute("CREATE SCHEMA sales");
    // Room for new versions of rows on their pages, so that updates can be HOT.
    control_.execute("CREATE TABLE " + table +
                     " (id int PRIMARY KEY, grp int, views int, note text) WITH (fillfactor = 50)");
    control_.execute("INSERT INTO " + table +
                     " SELECT n, n % 100, n, 'note' FROM generate_series(1, 5000) n");
    control_.execute("CREATE INDEX \"odd \"\"grp\"\"\" ON " + table + " (grp)");
    control_.execute("CREATE INDEX views ON " + table + " (views)");
    control_.execute("CREATE INDEX part ON " + table + " (note) WHERE id < 0");
    control_.execute("VACUUM ANALYZE " + table);
  }

  // As the trial captures them.
  void plan(const std::string& operation, const std::string& sql,
            const std::vector<std::vector<std::string>>& sets) {
    const auto explained = control_.explain(sql, {}, sets);
    for (size_t i = 0; i < sets.size(); ++i) {
      Plan plan;
      plan.operation = operation, plan.step = "do", plan.sql = sql, plan.parameters = sets[i];
      plan.explain_json = explained[i].json, plan.error = explained[i].error;
      plans_.push_back(plan);
    }
  }

  IndexReview measured(IndexCosts wanted = IndexCosts::measured,
                       const IndexCostBounds& bounds = {}) {
    IndexReview review = use_between({}, read_use(control_));
    measure_index_costs(control_, plans_, wanted, review, bounds);
    return review;
  }

  TestPostgres server_;
  PostgresControl control_{server_.endpoint(), {}};
  std::vector<Plan> plans_;
};

const IndexUse& index_of(const IndexReview& review, const std::string& name) {
  for (const TableUse& table : review.tables) {
    for (const IndexUse& index : table.indexes) {
      if (index.name == name) return index;
    }
  }
  throw std::runtime_error("no index " + name);
}

TEST_F(IndexCostsTest, AnInsertPaysForEachIndexItEnters) {
  plan("add", std::string("INSERT INTO ") + kTable + " VALUES ($1, $2, $3, 'note')",
       {{"9001", "1", "11"}, {"9002", "50", "12"}, {"9003", "99", "13"}});
  const IndexReview review = measured();
  for (const char* name : {"odd \"grp\"", "views"}) {
    const IndexUse& index = index_of(review, name);
    ASSERT_EQ(index.costs.size(), 1u) << index.not_measured;
    const WriteCost& cost = index.costs[0];
    EXPECT_EQ(cost.operation, "add");
    EXPECT_EQ(cost.step, "do");
    EXPECT_EQ(cost.command, "INSERT");
    EXPECT_EQ(cost.samples, 3);
    EXPECT_EQ(cost.wal_records, 1) << "one entry in a leaf page";
    EXPECT_GT(cost.wal_bytes, 0);
    EXPECT_LT(cost.wal_bytes, 1000) << "no image of a page is in it";
    EXPECT_GT(cost.wal_bytes_with, 2 * cost.wal_bytes);
    EXPECT_GE(cost.blocks, 1);
    EXPECT_EQ(cost.updates, 0);
  }
  const WriteCost& part = index_of(review, "part").costs.at(0);
  EXPECT_EQ(part.wal_bytes, 0) << "the rows are not in the partial index";
  const IndexUse& primary = index_of(review, "Weird Table_pkey");
  EXPECT_TRUE(primary.costs.empty());
  EXPECT_EQ(primary.not_measured, "not measured: backs primary key Weird Table_pkey");
  EXPECT_TRUE(review.notes.empty());
}

TEST_F(IndexCostsTest, FindsTheIndexThatPreventsHotUpdates) {
  plan("count", std::string("UPDATE ") + kTable + " SET views = views + 1 WHERE id = $1",
       {{"10"}, {"1000"}, {"2000"}, {"3000"}, {"4000"}});
  const IndexReview review = measured();
  const WriteCost& views = index_of(review, "views").costs.at(0);
  EXPECT_EQ(views.command, "UPDATE");
  EXPECT_EQ(views.updates, views.samples);
  EXPECT_GE(views.samples, 1);
  EXPECT_EQ(views.hot_with, 0);
  EXPECT_EQ(views.hot_without, views.updates);
  EXPECT_GE(views.wal_records, 3) << "HOT: none of the four indexes gets an entry";
  const WriteCost& group = index_of(review, "odd \"grp\"").costs.at(0);
  EXPECT_EQ(group.hot_without, 0);
  EXPECT_EQ(group.wal_records, 1);
}

TEST_F(IndexCostsTest, LeavesTheSchemaAndTheRowsAsTheyWere) {
  const std::string schema = "SELECT string_agg(indexdef, ';' ORDER BY indexdef) FROM pg_indexes";
  const std::string rows = std::string("SELECT sum(hashtext(t::text)) FROM ") + kTable + " t";
  const std::string options = "SELECT reloptions::text FROM pg_class WHERE relname = 'Weird Table'";
  const auto before = control_.value(schema) + control_.value(rows) + control_.value(options);
  plan("add", std::string("INSERT INTO ") + kTable + " VALUES ($1, 1, 1, 'note')", {{"9001"}});
  plan("drop", std::string("DELETE FROM ") + kTable + " WHERE id = $1", {{"17"}, {"18"}});
  measured();
  EXPECT_EQ(control_.value(schema) + control_.value(rows) + control_.value(options), before);
  EXPECT_EQ(control_.value("SHOW statement_timeout"), "0");
}

TEST_F(IndexCostsTest, LeftOutMeansNothingIsRun) {
  plan("add", std::string("INSERT INTO ") + kTable + " VALUES ($1, 1, 1, 'note')", {{"9001"}});
  const std::string before = control_.value("SELECT pg_current_xact_id()");
  const IndexReview review = measured(IndexCosts::left_out);
  EXPECT_EQ(std::stoll(control_.value("SELECT pg_current_xact_id()")), std::stoll(before) + 1);
  EXPECT_TRUE(index_of(review, "views").costs.empty());
  EXPECT_EQ(index_of(review, "views").not_measured, "not measured in this kind of run");
}

TEST_F(IndexCostsTest, SaysWhyThereIsNoFigure) {
  control_.execute("CREATE TABLE other (id int)");
  control_.execute("CREATE UNIQUE INDEX other_id ON other (id)");
  control_.execute("CREATE TABLE third (id int REFERENCES other (id))");
  control_.execute("CREATE INDEX third_id ON third (id)");
  plan("none", std::string("UPDATE ") + kTable + " SET note = 'x' WHERE id = $1", {{"-5"}});
  plan("refer", "INSERT INTO other VALUES ($1)", {{"1"}});
  plan("read", "SELECT * FROM third WHERE id = $1", {{"1"}});
  const IndexReview review = measured();
  EXPECT_EQ(index_of(review, "views").not_measured,
            "not measured: no sampled statement wrote a row");
  EXPECT_NE(index_of(review, "other_id").not_measured.find("depend"), std::string::npos)
      << index_of(review, "other_id").not_measured;
  EXPECT_EQ(index_of(review, "third_id").not_measured, "no step of this load writes to the table");
}

TEST_F(IndexCostsTest, SaysWhichStatementFailedBesideOthers) {
  const std::string insert = std::string("INSERT INTO ") + kTable + " VALUES ($1, 1, 1, 'note')";
  plan("add", insert, {{"9001"}});
  plan("again", insert, {{"9002"}});
  control_.execute(std::string("INSERT INTO ") + kTable + " VALUES (9002, 1, 1, 'note')");
  const IndexReview review = measured();
  ASSERT_EQ(index_of(review, "views").costs.size(), 1u);
  EXPECT_EQ(index_of(review, "views").costs[0].operation, "add");
  ASSERT_EQ(review.notes.size(), 1u);
  EXPECT_NE(review.notes[0].find("again/do was not measured: duplicate key"), std::string::npos)
      << review.notes[0];
}

TEST_F(IndexCostsTest, KeepsItsBoundsAndSaysWhatItLeftOut) {
  plan("add", std::string("INSERT INTO ") + kTable + " VALUES ($1, 1, 1, 'note')", {{"9001"}});
  plan("more", std::string("INSERT INTO ") + kTable + " VALUES ($1, 2, 2, 'note')", {{"9002"}});
  IndexCostBounds bounds;
  bounds.indexes = 1, bounds.statements = 1;
  const IndexReview few = measured(IndexCosts::measured, bounds);
  size_t costs = 0;
  for (const IndexUse& index : few.tables.at(0).indexes) costs += index.costs.size();
  EXPECT_EQ(costs, 1u);
  ASSERT_EQ(few.notes.size(), 1u);
  EXPECT_NE(few.notes[0].find("3 indexes were left out"), std::string::npos) << few.notes[0];

  bounds = {};
  bounds.in_all = std::chrono::milliseconds(0);
  const IndexReview none = measured(IndexCosts::measured, bounds);
  EXPECT_EQ(index_of(none, "views").not_measured, "not measured: others came first");
}

// A statement that cannot end in time costs its limit, not the run.
TEST_F(IndexCostsTest, AStatementThatTakesTooLongIsCutOff) {
  plan("slow", std::string("UPDATE ") + kTable + " SET views = 1 WHERE id = $1", {{"1"}});
  plans_[0].sql =
      std::string("UPDATE ") + kTable + " SET views = 1 WHERE id = $1 AND pg_sleep(60) IS NULL";
  IndexCostBounds bounds;
  bounds.statement = std::chrono::milliseconds(100);
  const IndexReview review = measured(IndexCosts::measured, bounds);
  EXPECT_NE(index_of(review, "views").not_measured.find("57014"), std::string::npos)
      << index_of(review, "views").not_measured;
}

TEST_F(IndexCostsTest, MeasuresIndexesOfPartitionedTables) {
  control_.execute("CREATE TABLE event (id int, day int) PARTITION BY RANGE (day)");
  control_.execute("CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (10)");
  control_.execute("CREATE INDEX event_id ON event (id)");
  plan("log", "INSERT INTO event VALUES ($1, 3)", {{"1"}, {"2"}});
  const IndexReview review = measured();
  const IndexUse& index = index_of(review, "event_id");
  ASSERT_EQ(index.costs.size(), 1u) << index.not_measured;
  EXPECT_EQ(index.costs[0].wal_records, 1);
}

}  // namespace
}  // namespace tare
