#include "loaders/schema_text.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

class SchemaTextTest : public testing::Test {
 protected:
  SchemaTextTest() {
    for (const char* statement :
         {"CREATE SCHEMA shop",
          "CREATE TYPE mood AS ENUM ('good', 'bad')",
          "CREATE DOMAIN price AS numeric CHECK (VALUE >= 0)",
          "CREATE TABLE author (id bigint PRIMARY KEY, name text NOT NULL)",
          "CREATE TABLE post (id bigint GENERATED ALWAYS AS IDENTITY, author_id bigint REFERENCES "
          "author, title text DEFAULT 'none', mood mood, price price)",
          "CREATE INDEX post_title ON post (title)",
          "CREATE VIEW titles AS SELECT title FROM post",
          "CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM post",
          "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
          "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
          "CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int)",
          "CREATE TRIGGER noop BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION nothing()",
          "CREATE TABLE number (n int)",
          "CREATE SEQUENCE counter",
          "CREATE STATISTICS both_names ON author_id, title FROM post",
          "CREATE POLICY everybody ON post USING (true)",
          "CREATE TABLE part (id int) PARTITION BY RANGE (id)",
          "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (1) TO (10)",
          "CREATE PUBLICATION everything FOR TABLE post, author",
          "CREATE ROLE reader"}) {
      database_.execute(statement);
    }
  }

  TestPostgres server_;
  PostgresControl database_{server_.endpoint(), {}};
};

TEST_F(SchemaTextTest, ARolledBackChangeLeavesTheSameText) {
  const std::string before = schema_fingerprint(database_);
  const std::vector<std::pair<const char*, const char*>> changes = {
      {"CREATE INDEX post_author ON post (author_id)", "DROP INDEX post_author"},
      {"CREATE INDEX CONCURRENTLY post_author ON post (author_id)",
       "DROP INDEX CONCURRENTLY post_author"},
      {"ALTER TABLE post ADD COLUMN extra int", "ALTER TABLE post DROP COLUMN extra"},
      {"ALTER TABLE number ADD COLUMN extra text", "ALTER TABLE number DROP COLUMN extra"},
      {"ALTER TABLE author ALTER name TYPE varchar(20)", "ALTER TABLE author ALTER name TYPE text"},
      {"ALTER TABLE author ALTER name DROP NOT NULL", "ALTER TABLE author ALTER name SET NOT NULL"},
      {"ALTER TABLE post ALTER title SET DEFAULT 'x'",
       "ALTER TABLE post ALTER title SET DEFAULT 'none'"},
      {"ALTER TABLE post ALTER title SET STATISTICS 500",
       "ALTER TABLE post ALTER title SET STATISTICS -1"},
      {"ALTER TABLE post ALTER title SET STORAGE external",
       "ALTER TABLE post ALTER title SET STORAGE extended"},
      {"ALTER TABLE post SET (fillfactor = 70)", "ALTER TABLE post RESET (fillfactor)"},
      {"ALTER TABLE post SET (toast.autovacuum_enabled = off)",
       "ALTER TABLE post RESET (toast.autovacuum_enabled)"},
      {"ALTER TABLE post ADD CONSTRAINT long CHECK (id > 0) NOT VALID",
       "ALTER TABLE post DROP CONSTRAINT long"},
      {"ALTER TABLE post ENABLE ROW LEVEL SECURITY", "ALTER TABLE post DISABLE ROW LEVEL SECURITY"},
      {"ALTER TABLE post DISABLE TRIGGER noop", "ALTER TABLE post ENABLE TRIGGER noop"},
      {"ALTER TABLE post DISABLE TRIGGER ALL", "ALTER TABLE post ENABLE TRIGGER ALL"},
      {"CREATE OR REPLACE VIEW titles AS SELECT 'x'::text AS title",
       "CREATE OR REPLACE VIEW titles AS SELECT title FROM post"},
      {"CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 2'",
       "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'"},
      {"ALTER SEQUENCE counter CACHE 20", "ALTER SEQUENCE counter CACHE 1"},
      {"ALTER DOMAIN price SET NOT NULL", "ALTER DOMAIN price DROP NOT NULL"},
      {"ALTER POLICY everybody ON post USING (false)",
       "ALTER POLICY everybody ON post USING (true)"},
      {"ALTER STATISTICS both_names SET STATISTICS 5",
       "ALTER STATISTICS both_names SET STATISTICS -1"},
      {"ALTER DATABASE postgres SET work_mem = '64MB'", "ALTER DATABASE postgres RESET work_mem"},
      {"GRANT SELECT ON post TO reader", "REVOKE SELECT ON post FROM reader"},
      {"ALTER PUBLICATION everything DROP TABLE author",
       "ALTER PUBLICATION everything ADD TABLE author"},
      {"ALTER TABLE part DETACH PARTITION part_1",
       "ALTER TABLE part ATTACH PARTITION part_1 FOR VALUES FROM (1) TO (10)"},
      {"CREATE MATERIALIZED VIEW more AS SELECT 1", "DROP MATERIALIZED VIEW more"}};
  for (const auto& [apply, roll_back] : changes) {
    database_.execute(apply);
    EXPECT_NE(schema_fingerprint(database_), before) << apply;
    database_.execute(roll_back);
    const std::string after = schema_fingerprint(database_);
    EXPECT_EQ(schema_difference(before, after), std::vector<std::string>()) << apply;
    EXPECT_EQ(after, before) << apply;
  }
}

TEST_F(SchemaTextTest, RowsAndTaresOwnSchemaAreNotInIt) {
  const std::string before = schema_fingerprint(database_);
  database_.execute("INSERT INTO author VALUES (1, 'a')");
  database_.execute("INSERT INTO post (author_id) VALUES (1)");
  database_.execute("SELECT nextval('counter')");
  database_.execute("VACUUM (ANALYZE)");
  database_.execute("CREATE SCHEMA tare_stamp CREATE TABLE stamp (id int)");
  EXPECT_EQ(schema_fingerprint(database_), before);
}

TEST_F(SchemaTextTest, DifferenceShowsTheLines) {
  const std::string before = schema_fingerprint(database_);
  database_.execute("DROP INDEX post_title");
  database_.execute("CREATE UNIQUE INDEX post_title ON post (title)");
  const std::vector<std::string> difference =
      schema_difference(before, schema_fingerprint(database_));
  ASSERT_EQ(difference.size(), 2u);
  EXPECT_EQ(difference[0].substr(0, 63),
            "- index public.post CREATE INDEX post_title ON public.post USIN");
  EXPECT_EQ(difference[1].substr(0, 41), "+ index public.post CREATE UNIQUE INDEX p");
  EXPECT_TRUE(schema_difference(before, before).empty());
}

}  // namespace
}  // namespace tare
