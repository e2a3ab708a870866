#include "bench/model/sql_text.h"

#include <gtest/gtest.h>

#include "bench/model/sql_text_check.h"

namespace tare {
namespace {

TEST(InspectSql, KnowsWhatOthersOnTheServerFeel) {
  for (const char* sql :
       {"ALTER DATABASE theirs RENAME TO stolen", "ALTER DATABASE theirs OWNER TO me",
        "GRANT CONNECT ON DATABASE x TO y", "ALTER ROLE a RENAME TO b",
        "COMMENT ON DATABASE theirs IS 'mine'", "SECURITY LABEL ON ROLE a IS 'x'",
        "UPDATE pg_database SET datallowconn = false",
        "WITH x AS (DELETE FROM pg_catalog.pg_db_role_setting RETURNING 1) SELECT 1 FROM x",
        "CREATE VIEW v AS SELECT * FROM pg_database"}) {
    EXPECT_TRUE(inspect_sql(sql).of_server) << sql;
  }
  for (const char* sql :
       {"ALTER TABLE a RENAME TO b", "ALTER TABLE a OWNER TO me", "GRANT SELECT ON a TO b",
        "COMMENT ON TABLE a IS 'b'", "SELECT count(*) FROM pg_database",
        "INSERT INTO a SELECT datname FROM pg_database"}) {
    EXPECT_FALSE(inspect_sql(sql).of_server) << sql;
  }
  EXPECT_EQ(inspect_sql("SELECT pg_reload_conf()").server_function, "pg_reload_conf");
  EXPECT_EQ(inspect_sql("SELECT * FROM dblink('x', 'y') AS t(a int)").server_function, "dblink");
  EXPECT_EQ(inspect_sql("SELECT count(pg_catalog.pg_stat_reset()) FROM a").server_function,
            "pg_stat_reset");
  EXPECT_EQ(inspect_sql("SELECT query_to_xml('SELECT 1', true, true, '')").server_function,
            "query_to_xml");
  EXPECT_EQ(inspect_sql("SELECT * FROM ts_stat('SELECT pg_reload_conf()')").server_function,
            "ts_stat");
  EXPECT_EQ(inspect_sql("SELECT lower(name) FROM a").server_function, "");
}

TEST(SqlRefusedOnTarget, LetsOnlyKnownKindsThatStayInTheDatabase) {
  for (const char* sql :
       {"CREATE INDEX CONCURRENTLY i ON a (b)", "ALTER TABLE a ADD COLUMN c int", "SELECT 1",
        "VACUUM (ANALYZE) a", "CREATE MATERIALIZED VIEW m AS SELECT 1", "DROP INDEX i",
        "INSERT INTO a VALUES (1)", "CREATE EXTENSION pg_trgm", "COMMENT ON TABLE a IS 'b'",
        "CREATE STATISTICS s ON b, c FROM a", "CLUSTER a USING i", "REINDEX TABLE a", "VACUUM",
        "NOTIFY a", "SELECT * FROM JSON_TABLE(a, '$' COLUMNS (b int)) AS t"}) {
    EXPECT_EQ(sql_refused_on_target(sql), "") << sql;
  }
  for (const char* sql :
       {"DO 'BEGIN END'", "CALL f()", "UPDATE pg_index SET indisvalid = false",
        "DELETE FROM information_schema.sql_features",
        "WITH x AS (UPDATE pg_catalog.pg_class SET relpages = 0 RETURNING 1) SELECT * FROM x",
        "CREATE SERVER s FOREIGN DATA WRAPPER w",
        "CREATE EVENT TRIGGER e ON ddl_command_end "
        "EXECUTE FUNCTION f()",
        "REINDEX SYSTEM shop", "VACUUM FULL pg_authid", "REINDEX TABLE pg_catalog.pg_database",
        "UPDATE pg_database SET datname = (SELECT b FROM JSON_TABLE(a, '$' COLUMNS (b int)))"}) {
    EXPECT_NE(sql_refused_on_target(sql), "") << sql;
  }
}

TEST(ColumnType, KnowsAForeignKey) {
  EXPECT_TRUE(has_foreign_key("integer NOT NULL REFERENCES venue (id) ON DELETE CASCADE"));
  EXPECT_FALSE(has_foreign_key("integer NOT NULL DEFAULT 7"));
  EXPECT_FALSE(has_foreign_key("nonsense REFERENCES"));
}

TEST(SqlText, TellsReadingFromWriting) {
  for (const char* sql :
       {"SELECT 1", "VALUES (1)", "TABLE a", "SHOW work_mem", "EXPLAIN SELECT 1",
        "WITH x AS (SELECT 1) SELECT * FROM x", "SELECT 'INSERT INTO a'", "SELECT now()"}) {
    EXPECT_FALSE(inspect_sql(sql).writes) << sql;
  }
  for (const char* sql :
       {"INSERT INTO a VALUES (1)", "UPDATE a SET b = 1", "DELETE FROM a",
        "MERGE INTO a USING b ON a.x = b.x WHEN MATCHED THEN DELETE", "SELECT 1 FROM a FOR UPDATE",
        "SELECT 1 FROM (SELECT 1 FROM a FOR SHARE) AS s",
        "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "SELECT 1 INTO b",
        "SELECT nextval('s')", "CREATE TABLE a ()", "TRUNCATE a", "EXPLAIN ANALYZE DELETE FROM a",
        "SELEC 1"}) {
    EXPECT_TRUE(inspect_sql(sql).writes) << sql;
  }
}

TEST(SqlText, CountsStatementsAndParameters) {
  const SqlFacts facts = inspect_sql("SELECT $2::int FROM a WHERE b = $1 AND c = '$3' -- $4");
  EXPECT_EQ(facts.statements, 1);
  EXPECT_EQ(facts.kind, "SelectStmt");
  EXPECT_EQ(facts.parameters, (std::set<int>{1, 2}));
  EXPECT_EQ(inspect_sql("SELECT 1; SELECT 2;").statements, 2);
  EXPECT_EQ(inspect_sql("-- nothing").statements, 0);
}

TEST(SqlText, LeavesNewerGrammarToTheServer) {
  EXPECT_TRUE(inspect_sql("SELECT * FROM JSON_TABLE(a, '$' COLUMNS (b int)) AS t").newer_words);
  EXPECT_FALSE(inspect_sql("SELEC 1").newer_words);
  EXPECT_EQ(inspect_sql("SELECT FROM FROM a").error,
            "syntax error at or near \"FROM\" (character 13)");
}

TEST(SqlText, SurvivesDeepNesting) {
  std::string sql = "SELECT ";
  for (int i = 0; i < 3000; ++i) sql += "NOT ";
  EXPECT_FALSE(inspect_sql(sql + "true").writes);
}

TEST(SqlText, KnowsColumnTypes) {
  for (const char* type : {"integer", "text NOT NULL", "numeric(10,2)", "int[]", "varchar(20)",
                           "timestamp with time zone", "bigint DEFAULT 7"}) {
    EXPECT_TRUE(is_column_type(type)) << type;
  }
  for (const char* type : {"", "not a type", "integer, d text", "integer); DROP TABLE a; --"}) {
    EXPECT_FALSE(is_column_type(type)) << type;
  }
  EXPECT_TRUE(is_integer_type("BIGINT NOT NULL"));
  EXPECT_FALSE(is_integer_type("numeric(10,2)"));
  EXPECT_TRUE(is_numeric_type("numeric(10,2)"));
  EXPECT_FALSE(is_numeric_type("text"));
}

std::string problem_of(const std::string& sql, SqlPlace place) {
  ProblemList problems("file");
  check_sql(json_text(sql), place, problems);
  return problems.empty() ? "" : problems.sorted()[0].message;
}

TEST(SqlTextCheck, RefusesWhatDoesNotSuitThePlace) {
  EXPECT_EQ(problem_of("SELECT $1", SqlPlace::step), "");
  EXPECT_EQ(problem_of("SELECT $1", SqlPlace::action),
            "uses $1, but there are no parameters here; write the value");
  EXPECT_EQ(problem_of("SET work_mem = '1MB'", SqlPlace::step),
            "cannot hold SET: it would stay on a pooled connection; use set_config(..., true)");
  EXPECT_NE(problem_of("SET work_mem = '1MB'", SqlPlace::action).find("postgres_settings"),
            std::string::npos);
  EXPECT_EQ(problem_of("COPY a FROM STDIN", SqlPlace::action),
            "cannot hold COPY: it would wait for a client's data");
  for (const char* sql :
       {"CREATE TEMP TABLE t (i int)", "CREATE TEMPORARY VIEW v AS SELECT 1",
        "SELECT 1 INTO TEMP t", "CREATE TABLE pg_temp.t AS SELECT 1", "CREATE TEMP SEQUENCE s",
        "SELECT set_config('work_mem', '1MB', false)"}) {
    EXPECT_NE(problem_of(sql, SqlPlace::change).find("not the traffic"), std::string::npos) << sql;
    EXPECT_EQ(problem_of(sql, SqlPlace::action), "") << "after_load has one connection: " << sql;
  }
  EXPECT_EQ(problem_of("SELECT set_config('work_mem', '1MB', true)", SqlPlace::change), "");
  EXPECT_EQ(problem_of("CREATE TABLE t (i int)", SqlPlace::change), "");
  EXPECT_EQ(problem_of(" ", SqlPlace::step), "holds no SQL statement");
  for (const char* sql : {"ALTER SYSTEM SET work_mem = '1MB'", "DROP DATABASE shop",
                          "CREATE ROLE reader", "ALTER ROLE tare SET work_mem = '1MB'",
                          "ALTER TABLESPACE t SET (random_page_cost = 1)", "CHECKPOINT"}) {
    EXPECT_NE(problem_of(sql, SqlPlace::action).find("it changes the whole server"),
              std::string::npos)
        << sql;
  }
}

TEST(SqlFingerprint, IsOfTheStatementNotOfItsLiterals) {
  const std::string one = sql_fingerprint("SELECT a FROM t WHERE b = 1 AND c IN (1, 2)");
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(sql_fingerprint("select a from t -- a comment\n where b=$1 and c in ($2,$3,$4)"), one);
  EXPECT_NE(sql_fingerprint("SELECT a FROM t WHERE b > 1 AND c IN (1, 2)"), one);
  EXPECT_NE(sql_fingerprint("SELECT a FROM u WHERE b = 1 AND c IN (1, 2)"), one);
  EXPECT_EQ(sql_fingerprint("SELEC a"), "");
}

}  // namespace
}  // namespace tare
