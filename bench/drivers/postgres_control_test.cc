#include "bench/drivers/postgres_control.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

class PostgresControlTest : public testing::Test {
 protected:
  TestPostgres server_;
  std::stop_source stop_;
  PostgresControl control_{server_.endpoint(), stop_.get_token()};
};

SqlError error_of(PostgresControl& control, const std::string& sql) {
  try {
    control.query(sql);
  } catch (const SqlError& error) {
    return error;
  }
  return SqlError("no error", "", sql);
}

TEST_F(PostgresControlTest, RunsStatementsAndReadsValues) {
  EXPECT_EQ(control_.value("SELECT current_setting('application_name')"), "tare");
  EXPECT_GE(control_.version(), 130000);
  control_.execute("CREATE TABLE \"odd \"\"name\" (id int, note text)");
  EXPECT_EQ(control_.execute("INSERT INTO \"odd \"\"name\" VALUES (1, 'a'), (2, NULL)"), 2);
  const std::string name = control_.quote_name("odd \"name");
  const SqlRows rows =
      control_.query("SELECT note, id FROM " + name + " WHERE id >= $1 ORDER BY id", {"1"});
  EXPECT_EQ(rows, (SqlRows{{"a", "1"}, {std::nullopt, "2"}}));
  // Statements that refuse to run in a transaction block.
  control_.execute("CREATE DATABASE other");
  control_.execute("CREATE INDEX CONCURRENTLY odd_id ON " + name + " (id)");
  control_.execute("VACUUM (ANALYZE)");
  EXPECT_THROW(control_.execute("SELECT 1; SELECT 2"), SqlError);
  EXPECT_THROW(control_.value("SELECT 1 WHERE false"), SqlError);
  EXPECT_THROW(control_.value("SELECT NULL"), SqlError);
}

TEST_F(PostgresControlTest, AMissingPrivilegeHasItsState) {
  control_.execute("CREATE ROLE narrow");
  control_.execute("SET ROLE narrow");
  EXPECT_EQ(error_of(control_, "CHECKPOINT").state(), "42501");
}

TEST_F(PostgresControlTest, ErrorsNameStateHintAndStatement) {
  control_.execute("CREATE TABLE person (id int, name text)");
  const SqlError error = error_of(control_, "SELECT person.naem FROM person");
  EXPECT_EQ(error.state(), "42703");
  EXPECT_EQ(error.message(),
            "column person.naem does not exist; HINT: Perhaps you meant to reference the column "
            "\"person.name\".");
  EXPECT_EQ(error.statement(), "SELECT person.naem FROM person");
  EXPECT_NE(std::string(error.what()).find("(SQLSTATE 42703) in: SELECT person.naem"),
            std::string::npos);
  EXPECT_EQ(error_of(control_, "SELECT 1 / 0").state(), "22012");
  EXPECT_EQ(control_.value("SELECT 1"), "1");
}

TEST_F(PostgresControlTest, PrepareCheckFindsErrorsWithoutRunning) {
  control_.execute("CREATE TABLE person (id int, name text)");
  const std::string insert = "INSERT INTO person VALUES ($1, $2)";
  EXPECT_EQ(control_.prepare_check(insert, 2), std::nullopt);
  EXPECT_EQ(control_.prepare_check("SELECT 1", 0), std::nullopt);
  EXPECT_EQ(control_.prepare_check(insert, 1), "takes 2 parameters ($1 ...), but is given 1");
  const auto problem = control_.prepare_check("SELECT nam FROM person", 0);
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("\"person.name\""), std::string::npos) << *problem;
  EXPECT_NE(problem->find("(SQLSTATE 42703)"), std::string::npos) << *problem;
  EXPECT_EQ(control_.value("SELECT count(*) FROM person"), "0");
  EXPECT_EQ(control_.value("SELECT count(*) FROM pg_prepared_statements"), "0");
}

TEST_F(PostgresControlTest, CopiesEveryCharacterAndNull) {
  control_.execute("CREATE TABLE \"Odd table\" (id int, \"a \"\"b\" text)");
  const SqlRows rows = {{"1", "tab\tline\nreturn\rback\\slash"},
                        {"2", std::nullopt},
                        {"3", ""},
                        {"4", "\\N"},
                        {"5", "\\."},
                        {"6", "Gr\xc3\xbc\xc3\x9f\x65 \x01 \b\v\f"}};
  size_t next = 0;
  const auto source = [&](SqlRow& row) {
    if (next == rows.size()) return false;
    row = rows[next++];
    return true;
  };
  EXPECT_EQ(control_.copy_rows("Odd table", {"id", "a \"b"}, source), 6);
  SqlRows read;
  control_.for_each_row("SELECT id, \"a \"\"b\" FROM \"Odd table\" ORDER BY id",
                        [&](const SqlRow& row) { read.push_back(row); });
  EXPECT_EQ(read, rows);
}

TEST_F(PostgresControlTest, CopyIsAllOrNothing) {
  control_.execute("CREATE TABLE number (id int)");
  int next = 0;
  const auto source = [&](SqlRow& row) {
    row[0] = next == 7 ? "seven" : std::to_string(next);
    return ++next < 10;
  };
  EXPECT_THROW(control_.copy_rows("number", {"id"}, source), SqlError);
  const auto failing = [&](SqlRow& row) -> bool {
    row[0] = "1";
    if (++next > 15) throw UsageError("no more");
    return true;
  };
  EXPECT_THROW(control_.copy_rows("number", {"id"}, failing), UsageError);
  EXPECT_EQ(control_.value("SELECT count(*) FROM number"), "0");
}

TEST_F(PostgresControlTest, ForEachRowReadsBeyondOneFetch) {
  int64_t count = 0, sum = 0;
  control_.for_each_row("SELECT n FROM generate_series(1, 25000) n", [&](const SqlRow& row) {
    ++count;
    sum += std::stoll(*row[0]);
  });
  EXPECT_EQ(count, 25000);
  EXPECT_EQ(sum, 25000 * 25001 / 2);
}

TEST_F(PostgresControlTest, StopCancelsARunningStatement) {
  std::jthread stopper([&] {
    std::this_thread::sleep_for(200ms);
    stop_.request_stop();
  });
  EXPECT_THROW(control_.query("SELECT pg_sleep(600)"), Interrupted);
  EXPECT_THROW(control_.query("SELECT 1"), Interrupted);
  // The server has really stopped it.
  PostgresControl other(server_.endpoint(), {});
  EXPECT_EQ(other.value("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query "
                        "LIKE '%sleep(600)%' AND pid <> pg_backend_pid()"),
            "0");
}

TEST_F(PostgresControlTest, DoesNotConnectAfterAStop) {
  stop_.request_stop();
  EXPECT_THROW(PostgresControl(server_.endpoint(), stop_.get_token()), Interrupted);
}

TEST_F(PostgresControlTest, ALostConnectionIsAServerError) {
  PostgresControl other(server_.endpoint(), {});
  other.execute("SELECT pg_terminate_backend(" + control_.value("SELECT pg_backend_pid()") + ")");
  EXPECT_THROW(control_.query("SELECT 1"), ServerError);
  server_.kill_now();
  EXPECT_THROW(other.query("SELECT 1"), ServerError);
}

TEST(PostgresControl, SaysWhatToDoWhenItCannotConnect) {
  const PostgresEndpoint nowhere = {
      .host = "/nonexistent", .user = "me", .database = "shop", .password = "s3cret'\\"};
  try {
    PostgresControl control(nowhere, {});
    FAIL() << "connected to nothing";
  } catch (const ServerError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("/nonexistent"), std::string::npos) << text;
    EXPECT_NE(text.find("Is it running?"), std::string::npos) << text;
    EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tare
