#include "bench/drivers/index_use.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class IndexUseTest : public testing::Test {
 protected:
  // As a session of the load would: its counts are handed in when it ends.
  void in_a_session(const std::vector<std::string>& statements) {
    PostgresControl session(server_.endpoint(), {});
    session.execute("SET application_name = 'tare load'");
    session.execute("SET enable_seqscan = off");
    for (const std::string& sql : statements) session.query(sql);
  }

  IndexReview review_of(const std::vector<std::string>& statements) {
    const UseCounters before = read_use(control_);
    in_a_session(statements);
    EXPECT_EQ(await_other_sessions_end(control_, 5s), 0);
    return use_between(before, read_use(control_));
  }

  TestPostgres server_;
  PostgresControl control_{server_.endpoint(), {}};
};

const TableUse& table_of(const IndexReview& review, const std::string& name) {
  for (const TableUse& table : review.tables) {
    if (table.name == name) return table;
  }
  throw std::runtime_error("no table " + name);
}

const IndexUse& index_of(const TableUse& table, const std::string& name) {
  for (const IndexUse& index : table.indexes) {
    if (index.name == name) return index;
  }
  throw std::runtime_error("no index " + name);
}

TEST_F(IndexUseTest, CountsOneLoadAlone) {
  control_.execute("CREATE TABLE post (id int PRIMARY KEY, title text, views int)");
  control_.execute("INSERT INTO post SELECT n, 't', n FROM generate_series(1, 1000) n");
  control_.execute("CREATE INDEX post_views ON post (views)");
  control_.execute("CREATE INDEX post_title ON post (title)");
  control_.execute("VACUUM ANALYZE post");
  in_a_session({"SELECT * FROM post WHERE id = 1", "SELECT * FROM post WHERE title = 'x'"});
  const IndexReview review =
      review_of({"SELECT * FROM post WHERE id = 1", "SELECT * FROM post WHERE id = 2",
                 "INSERT INTO post VALUES (2000, 't', 1), (2001, 't', 1)",
                 "DELETE FROM post WHERE id = 3", "UPDATE post SET views = -1 WHERE id = 4",
                 "SET enable_seqscan = on", "SELECT count(title || 'x') FROM post"});
  const TableUse& post = table_of(review, "post");
  EXPECT_EQ(post.schema, "public");
  EXPECT_EQ(post.rows, 1000);
  EXPECT_EQ(post.size_bytes % 8192, 0);
  EXPECT_EQ(post.inserts, 2);
  EXPECT_EQ(post.updates, 1);
  EXPECT_EQ(post.hot_updates, 0) << "an index is on what was updated";
  EXPECT_EQ(post.deletes, 1);
  EXPECT_EQ(post.seq_scans, 1);
  EXPECT_EQ(post.seq_rows, 1001);
  ASSERT_EQ(post.indexes.size(), 3u);
  EXPECT_EQ(index_of(post, "post_pkey").scans, 4);
  EXPECT_EQ(index_of(post, "post_pkey").role, IndexRole::constraint);
  EXPECT_EQ(index_of(post, "post_pkey").needed_by, "primary key post_pkey");
  EXPECT_EQ(index_of(post, "post_title").scans, 0) << "what came before does not count";
  EXPECT_GE(index_of(post, "post_title").size_bytes, 2 * 8192);
  ASSERT_TRUE(review.wal);
  EXPECT_GT(review.wal->records, 5);
  EXPECT_GT(review.wal->bytes, 0);
  EXPECT_TRUE(review.notes.empty());
}

// What the control connection itself did just before is in the first look, so not in the deltas.
TEST_F(IndexUseTest, TheFirstLookHoldsItsOwnConnectionsCounts) {
  control_.execute("CREATE TABLE post (id int PRIMARY KEY)");
  control_.execute("INSERT INTO post SELECT generate_series(1, 100)");
  const UseCounters before = read_use(control_);
  control_.query("SELECT count(*) FROM post");
  const UseCounters between = read_use(control_);
  const IndexReview first = use_between(before, between);
  EXPECT_EQ(table_of(first, "post").seq_scans, 1);
  EXPECT_EQ(table_of(use_between(between, read_use(control_)), "post").seq_scans, 0);
}

TEST_F(IndexUseTest, DescribesIndexesExactly) {
  control_.execute("CREATE SCHEMA sales");
  control_.execute("CREATE TABLE sales.\"Weird Table\" (\"Id\" int, name text, note text)");
  const std::string on = " ON sales.\"Weird Table\" ";
  control_.execute("CREATE UNIQUE INDEX \"odd \"\"one\"\"\"" + on + "(\"Id\" DESC) INCLUDE (note)");
  control_.execute("CREATE INDEX expression" + on + "(lower(name) COLLATE \"C\")");
  control_.execute("CREATE INDEX pattern" + on + "(name text_pattern_ops)");
  control_.execute("CREATE INDEX part" + on + "USING hash (name) WHERE note IS NULL");
  control_.execute(
      "ALTER TABLE sales.\"Weird Table\" ADD CONSTRAINT rule UNIQUE (name) DEFERRABLE");
  control_.execute("ALTER TABLE sales.\"Weird Table\" ALTER \"Id\" SET NOT NULL");
  control_.execute(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = "
      "'sales.part'::regclass");
  const IndexReview review = use_between({}, read_use(control_));
  const TableUse& table = table_of(review, "Weird Table");
  EXPECT_EQ(table.schema, "sales");
  ASSERT_EQ(table.indexes.size(), 5u);

  const IndexUse& odd = index_of(table, "odd \"one\"");
  EXPECT_EQ(odd.role, IndexRole::unique);
  EXPECT_EQ(odd.unique_rule, "NULLs differ, checked at once");
  EXPECT_EQ(odd.keys,
            (std::vector<IndexKey>{{"\"Id\"", "pg_catalog.int4_ops", "", "DESC NULLS FIRST"}}));
  EXPECT_EQ(odd.included, std::vector<std::string>{"note"});
  EXPECT_NE(odd.definition.find("CREATE UNIQUE INDEX \"odd \"\"one\"\"\""), std::string::npos);

  const IndexUse& expression = index_of(table, "expression");
  ASSERT_EQ(expression.keys.size(), 1u);
  EXPECT_EQ(expression.keys[0].expression, "lower(name)");
  EXPECT_EQ(expression.keys[0].collation, "pg_catalog.\"C\"");
  EXPECT_EQ(expression.role, IndexRole::plain);
  EXPECT_EQ(expression.columns, std::vector<std::string>{"name"});

  EXPECT_EQ(index_of(table, "pattern").keys[0].operator_class, "pg_catalog.text_pattern_ops");
  EXPECT_EQ(index_of(table, "pattern").keys[0].collation, "pg_catalog.\"default\"");
  const IndexUse& part = index_of(table, "part");
  EXPECT_EQ(part.predicate, "(note IS NULL)");
  EXPECT_EQ(part.access_method, "hash");
  EXPECT_EQ(part.columns, (std::vector<std::string>{"name", "note"}));
  EXPECT_EQ(part.state, IndexState::invalid);
  const IndexUse& rule = index_of(table, "rule");
  EXPECT_EQ(rule.role, IndexRole::constraint);
  EXPECT_EQ(rule.needed_by, "unique constraint rule");
  EXPECT_EQ(rule.columns, std::vector<std::string>{"name"});
  EXPECT_EQ(rule.unique_rule, "NULLs differ, deferrable");
}

TEST_F(IndexUseTest, NamesForeignKeysThatRestOnAnIndex) {
  control_.execute("CREATE TABLE a (id int)");
  control_.execute("CREATE UNIQUE INDEX a_id ON a (id)");
  control_.execute("CREATE TABLE b (a_id int CONSTRAINT to_a REFERENCES a (id))");
  control_.execute("ALTER TABLE a ALTER id SET NOT NULL");
  control_.execute("ALTER TABLE a REPLICA IDENTITY USING INDEX a_id");
  const IndexReview review = use_between({}, read_use(control_));
  const IndexUse& index = index_of(table_of(review, "a"), "a_id");
  EXPECT_EQ(index.role, IndexRole::unique);
  EXPECT_EQ(index.needed_by, "foreign key to_a");
  EXPECT_EQ(index.replica_identity, ReplicaIdentity::yes);
}

TEST_F(IndexUseTest, APartitionedTableCountsAsOne) {
  control_.execute("CREATE TABLE event (id int, day int, note text) PARTITION BY RANGE (day)");
  control_.execute("CREATE TABLE event_1 PARTITION OF event FOR VALUES FROM (0) TO (10)");
  control_.execute("CREATE TABLE event_2 PARTITION OF event FOR VALUES FROM (10) TO (20)");
  control_.execute("CREATE INDEX event_id ON event (id)");
  control_.execute("CREATE INDEX only_2 ON event_2 (note)");
  control_.execute("INSERT INTO event SELECT n, n % 20, 'x' FROM generate_series(1, 2000) n");
  control_.execute("ANALYZE event");
  const IndexReview review =
      review_of({"SELECT * FROM event WHERE id = 7", "SELECT * FROM event_2 WHERE note = 'y'",
                 "UPDATE event SET note = 'z' WHERE id IN (1, 11)"});
  ASSERT_EQ(review.tables.size(), 1u);
  const TableUse& event = review.tables[0];
  EXPECT_EQ(event.name, "event");
  EXPECT_EQ(event.partitions, (std::vector<std::string>{"event_1", "event_2"}));
  EXPECT_EQ(event.rows, 2000);
  EXPECT_EQ(event.updates, 2);
  ASSERT_EQ(event.indexes.size(), 2u);
  const IndexUse& whole = index_of(event, "event_id");
  EXPECT_EQ(whole.partition, "");
  EXPECT_GE(whole.scans, 2) << "one in each partition";
  EXPECT_GE(whole.size_bytes, 4 * 8192);
  EXPECT_EQ(index_of(event, "only_2").partition, "event_2");
  EXPECT_EQ(index_of(event, "only_2").scans, 1);
}

TEST_F(IndexUseTest, WaitsForSessionsButNotForEver) {
  {
    PostgresControl other(server_.endpoint(), {});
    other.execute("SET application_name = 'tare load'");
    EXPECT_EQ(await_other_sessions_end(control_, 60ms), 1);
  }
  std::jthread later([this] {
    PostgresControl other(server_.endpoint(), {});
    other.execute("SET application_name = 'tare load'");
    other.query("SELECT pg_sleep(0.3)");
  });
  while (await_other_sessions_end(control_, 0ms) == 0) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(await_other_sessions_end(control_, 30s), 0);
}

TEST_F(IndexUseTest, CountersThatFellOrDoNotCountAreSaid) {
  control_.execute("CREATE TABLE post (id int)");
  control_.execute("INSERT INTO post SELECT generate_series(1, 100)");
  const UseCounters before = read_use(control_);
  control_.query("SELECT pg_stat_reset()");
  const IndexReview fell = use_between(before, read_use(control_));
  EXPECT_EQ(table_of(fell, "post").inserts, 0);
  ASSERT_EQ(fell.notes.size(), 1u);
  EXPECT_NE(fell.notes[0].find("fell"), std::string::npos);
  control_.execute("SET track_counts = off");
  const IndexReview off = use_between(before, read_use(control_));
  EXPECT_TRUE(off.tables.empty());
  ASSERT_EQ(off.notes.size(), 1u);
  EXPECT_NE(off.notes[0].find("track_counts"), std::string::npos);
}

}  // namespace
}  // namespace tare
