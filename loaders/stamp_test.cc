#include "loaders/stamp.h"

#include <gtest/gtest.h>

#include <functional>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

Dataset small_dataset() {
  Dataset dataset;
  dataset.tables.push_back({.name = "a",
                            .columns = {{"id", "bigint", "id"}, {"name", "text", "name"}},
                            .primary_key = {"id"},
                            .rows_from = AptIndexRows{"packages"},
                            .rows = {}});
  dataset.after_load = {"CREATE INDEX ON a (name)"};
  return dataset;
}

TEST(Stamp, DigestFollowsEverythingThatIsLoaded) {
  const Dataset dataset = small_dataset();
  const std::string digest = dataset_digest(dataset, 7);
  EXPECT_EQ(digest.size(), 16u);
  EXPECT_EQ(dataset_digest(small_dataset(), 7), digest);
  EXPECT_NE(dataset_digest(dataset, 8), digest);
  const std::vector<std::function<void(Dataset&)>> changes = {
      [](Dataset& d) { d.tables[0].name = "b"; },
      [](Dataset& d) { d.tables[0].columns[1].type = "varchar"; },
      [](Dataset& d) { d.tables[0].columns[1].field = "version"; },
      [](Dataset& d) { std::swap(d.tables[0].columns[0], d.tables[0].columns[1]); },
      [](Dataset& d) { d.tables[0].primary_key.clear(); },
      [](Dataset& d) { d.tables[0].rows_from = QueryRows{"packages"}; },
      [](Dataset& d) { d.after_load.clear(); }};
  for (size_t i = 0; i < changes.size(); ++i) {
    Dataset changed = dataset;
    changes[i](changed);
    EXPECT_NE(dataset_digest(changed, 7), digest) << "change " << i;
  }
  EXPECT_TRUE(uses_apt_index(dataset));
}

TEST(Stamp, ClaimsAnEmptyDatabaseAndRefusesAForeignOne) {
  TestPostgres server;
  PostgresControl database(server.endpoint(), {});
  EXPECT_EQ(read_stamp(database), std::nullopt);
  database.execute("CREATE TABLE customer (id int)");
  database.execute("CREATE VIEW everybody AS SELECT * FROM customer");
  try {
    claim_database(database);
    FAIL() << "claimed somebody else's database";
  } catch (const UsageError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("\"postgres\""), std::string::npos) << text;
    EXPECT_NE(text.find("2 tables and views (public.customer, public.everybody)"),
              std::string::npos)
        << text;
  }
  EXPECT_EQ(database.value("SELECT to_regnamespace('tare_stamp') IS NULL"), "t");
  database.execute("DROP TABLE customer CASCADE");

  claim_database(database);
  EXPECT_EQ(read_stamp(database), std::nullopt) << "claimed is not loaded";
  database.execute("CREATE TABLE post (id int)");
  note_table(database, "post");
  database.execute("CREATE TABLE mine (id int)");
  const Stamp stamp = {.scenario = "it's \\ odd", .digest = "0123456789abcdef"};
  write_stamp(database, stamp);
  write_stamp(database, stamp);
  EXPECT_EQ(read_stamp(database), stamp);
  EXPECT_EQ(database.value("SELECT count(*) FROM tare_stamp.stamp"), "1");

  claim_database(database);  // again, as after a stop halfway
  EXPECT_EQ(read_stamp(database), std::nullopt);
  EXPECT_EQ(database.value("SELECT to_regclass('post') IS NULL"), "t");
  EXPECT_EQ(database.value("SELECT to_regclass('mine') IS NULL"), "f") << "tare did not make it";
}

class Reload : public testing::Test {
 protected:
  void load() {
    claim_database(database_);
    database_.execute("CREATE TABLE orders (id int PRIMARY KEY)");
    note_table(database_, "orders");
    const auto before = relations_of(database_);
    database_.execute("CREATE VIEW of_ours AS SELECT * FROM orders");
    note_new(database_, before);
  }
  std::string is_there(const std::string& relation) {
    return database_.value("SELECT to_regclass($1) IS NOT NULL", {relation});
  }

  TestPostgres server_;
  PostgresControl database_{server_.endpoint(), {}};
};

TEST_F(Reload, DropsItsOwnAndNotWhatHasComeToHaveItsName) {
  load();
  database_.execute("CREATE SCHEMA app");
  database_.execute("CREATE TABLE app.orders AS SELECT 'precious' AS t");
  database_.execute("SET search_path = app, public");
  Dataset dataset;
  dataset.tables.push_back(
      {.name = "orders", .columns = {}, .primary_key = {}, .rows_from = {}, .rows = {}});
  EXPECT_THROW(require_made(database_, dataset), UsageError);
  claim_database(database_);
  EXPECT_EQ(is_there("app.orders"), "t");
  EXPECT_EQ(is_there("public.orders"), "f");
  EXPECT_EQ(is_there("public.of_ours"), "f");
  database_.execute("SET search_path = public");
  load();
  require_made(database_, dataset);
  database_.execute("DROP VIEW of_ours");
  database_.execute("ALTER TABLE orders RENAME TO kept");
  database_.execute("CREATE TABLE orders AS SELECT 'precious' AS t");
  EXPECT_THROW(require_made(database_, dataset), UsageError);
  claim_database(database_);
  EXPECT_EQ(is_there("orders"), "t");
  EXPECT_EQ(is_there("kept"), "t") << "whoever renamed it wants it";
}

TEST_F(Reload, RefusesToTakeOthersThingsAlong) {
  load();
  write_stamp(database_, {.scenario = "shop", .digest = "0123456789abcdef"});
  database_.execute("CREATE VIEW theirs AS SELECT * FROM orders");
  try {
    claim_database(database_);
    FAIL() << "dropped what their view reads";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("view theirs"), std::string::npos) << error.what();
  }
  EXPECT_EQ(is_there("theirs"), "t");
  EXPECT_EQ(is_there("of_ours"), "t") << "all or nothing";
  EXPECT_NE(read_stamp(database_), std::nullopt);
  database_.execute("DROP VIEW theirs");
  load();
}

}  // namespace
}  // namespace tare
