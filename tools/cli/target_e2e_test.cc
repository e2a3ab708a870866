// Named targets with the real binary: what is claimed, what is left alone, what is said when it
// cannot be.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPassword = "s3cret-of-mine";
constexpr const char* kIndex =
    R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j";
constexpr const char* kDropIndex = R"j([{"sql": "DROP INDEX orders_customer"}])j";

// Servers with other people's data on them.
class TargetTest : public ::testing::Test {
 protected:
  TargetTest() {
    tare_.set_environment("PGPASSWORD", kPassword);
    tare_.set_environment("REDISCLI_AUTH", kPassword);
    admin().execute("CREATE DATABASE theirs");
    in("theirs").execute("CREATE TABLE precious AS SELECT 1 AS one");
    redis().command({"SET", "theirs:1", "precious"});
    scenario_ = tare_.write("shop.json", shop_scenario());
  }

  PostgresControl in(const std::string& database) const {
    PostgresEndpoint endpoint = postgres_.endpoint();
    endpoint.database = database;
    return PostgresControl(endpoint, {});
  }
  PostgresControl admin() const { return in("postgres"); }
  RedisControl redis() const { return RedisControl(redis_.endpoint()); }

  // A role that may not make databases, with a database of its own.
  void make_narrow_role() const {
    admin().execute(std::string("CREATE ROLE narrow LOGIN PASSWORD '") + kPassword + "'");
    admin().execute("CREATE DATABASE staging OWNER narrow");
  }

  std::string postgres_uri(const std::string& database = "postgres",
                           const std::string& user = "") const {
    const PostgresEndpoint& endpoint = postgres_.endpoint();
    return "postgresql://" + (user.empty() ? endpoint.user : user) + "@" + endpoint.host + ":" +
           std::to_string(endpoint.port) + "/" + database;
  }
  std::string redis_uri() const {
    return "redis://" + redis_.endpoint().host + ":" + std::to_string(redis_.endpoint().port) +
           "/0";
  }

  // ab of the shop on both servers.
  std::vector<std::string> ab(const std::string& change, const std::string& postgres) const {
    return {"ab",         scenario_, "--change", change,      "--pairs", "2",
            "--postgres", postgres,  "--redis",  redis_uri(), "--set",   "measure_s=1"};
  }

  std::string change(const std::string& apply = kIndex,
                     const std::string& rollback = kDropIndex) const {
    return tare_.write("change.json", shop_change(apply, rollback));
  }

  void expect_theirs_untouched() const {
    EXPECT_EQ(in("theirs").value("SELECT count(*) FROM precious"), "1");
    EXPECT_EQ(in("theirs").value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tare%'"),
              "0");
    EXPECT_EQ(redis().command({"GET", "theirs:1"}).text, "precious");
  }

  std::string indexes_of(const std::string& database) const {
    return in(database).value(
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'orders_customer'");
  }

  TestPostgres postgres_{kPassword, TestReach::loopback};
  TestRedis redis_{kPassword, TestReach::loopback};
  TareRunner tare_;
  std::string scenario_;
};

void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in:\n" << text;
}

TEST_F(TargetTest, WorksInDatabasesAndKeysOfItsOwn) {
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri()));
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  expect_says(outcome.out, "on servers that go on running");
  expect_says(outcome.out, "is not restarted between the trials");
  expect_says(outcome.out, "CREATE INDEX");
  expect_theirs_untouched();
  auto databases =
      admin().query("SELECT datname FROM pg_database WHERE datname LIKE 'tare%' ORDER BY 1");
  ASSERT_EQ(databases.size(), 1u) << "the loaded data stays, the working copy goes";
  EXPECT_EQ(*databases[0][0], "tare_shop_data");
  EXPECT_EQ(redis().command({"DBSIZE"}).integer, 2) << "theirs, and the claim";
  const TareOutcome again = tare_.run(ab(change(), postgres_uri()));
  EXPECT_LE(again.code, 2) << again.errors;
  EXPECT_EQ(again.errors.find("rows"), std::string::npos) << "loaded once:\n" << again.errors;
}

TEST_F(TargetTest, ThePasswordAppearsNowhere) {
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri()));
  ASSERT_LE(outcome.code, 2) << outcome.errors;
  EXPECT_EQ((outcome.out + outcome.errors).find(kPassword), std::string::npos);
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tare_.results())) {
    if (!entry.is_regular_file()) continue;
    ++files;
    EXPECT_EQ(read_whole_file(entry.path()).find(kPassword), std::string::npos) << entry.path();
  }
  EXPECT_GT(files, 20);
}

TEST_F(TargetTest, AWrongPasswordIsSaidAndNothingMore) {
  tare_.set_environment("PGPASSWORD", "another");
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(outcome.code, 3);
  expect_says(outcome.errors, "password authentication failed");
  EXPECT_EQ(outcome.errors.find("another"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(tare_.result_folders("shop").empty());
}

TEST_F(TargetTest, ADatabaseThatIsNotTaresIsNotReplaced) {
  admin().execute("CREATE DATABASE tare_shop");
  const TareOutcome refused = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "has a database tare_shop that tare has not made");
  expect_says(refused.errors, "--claim tare_shop");
  auto claimed = ab(change(), postgres_uri());
  claimed.insert(claimed.end(), {"--claim", "tare_shop"});
  EXPECT_LE(tare_.run(claimed).code, 2);
}

TEST_F(TargetTest, KeysThatAreNotTaresAreNotCleared) {
  redis().command({"SET", "shop:order:7", "from the real shop"});
  const TareOutcome refused = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "holds keys like this scenario's that tare has not made");
  expect_says(refused.errors, "--claim " + redis_uri());
  EXPECT_EQ(redis().command({"GET", "shop:order:7"}).text, "from the real shop");
  auto claimed = ab(change(), postgres_uri());
  claimed.insert(claimed.end(), {"--claim", redis_uri()});
  EXPECT_LE(tare_.run(claimed).code, 2);
  expect_theirs_untouched();
}

TEST_F(TargetTest, AKeyThatMayBeAnybodysIsRefused) {
  std::string text = shop_scenario();
  const std::string key = "\"key\": \"shop:order:{id}\"";
  text.replace(text.find(key), key.size(), "\"key\": \"{id}\"");
  scenario_ = tare_.write("open.json", text);
  const std::string unclear = tare_.write("change.json", R"j({"schema_version": 1, "name": "change",
      "owner": "o", "reason": "r", "variable": "schema.index",
      "apply": [{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}],
      "rollback": [{"sql": "DROP INDEX orders_customer"}], "rollback_note": "safe"})j");
  const TareOutcome outcome = tare_.run(ab(unclear, postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "the key \"{id}\" begins with a draw");
  expect_theirs_untouched();
}

TEST_F(TargetTest, WithoutTheRightToMakeDatabasesItWorksInPlace) {
  make_narrow_role();
  const TareOutcome outcome = tare_.run(ab(change(), postgres_uri("staging", "narrow")));
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  expect_says(outcome.out, "applied and rolled back in place");
  expect_says(outcome.out, "ALTER ROLE narrow CREATEDB");
  EXPECT_EQ(indexes_of("staging"), "0");
  EXPECT_EQ(in("staging").value("SELECT count(*) FROM orders"), "100000");
  expect_theirs_untouched();
}

TEST_F(TargetTest, ForeignDataIsNotWrittenTo) {
  make_narrow_role();
  in("staging").execute("CREATE TABLE customers AS SELECT 1 AS id");
  in("staging").execute("ALTER TABLE customers OWNER TO narrow");
  const std::string uri = postgres_uri("staging", "narrow");
  const TareOutcome refused = tare_.run(ab(change(), uri));
  EXPECT_EQ(refused.code, 4) << refused.out;
  expect_says(refused.errors, "public.customers");
  expect_says(refused.errors, "--claim staging");
  EXPECT_EQ(in("staging").value("SELECT count(*) FROM pg_class WHERE relname = 'orders'"), "0");
  auto claimed = ab(change(), uri);
  claimed.insert(claimed.end(), {"--claim", "staging"});
  const TareOutcome outcome = tare_.run(claimed);
  EXPECT_LE(outcome.code, 2) << outcome.errors;
  EXPECT_EQ(in("staging").value("SELECT count(*) FROM customers"), "1");
}

TEST_F(TargetTest, ARollbackThatFailsSaysWhatIsLeftAndWhatUndoesIt) {
  make_narrow_role();
  const TareOutcome outcome =
      tare_.run(ab(change(kIndex, R"j([{"sql": "DROP INDEX orders_custmer"}])j"),
                   postgres_uri("staging", "narrow")));
  EXPECT_EQ(outcome.code, 1) << outcome.out << outcome.errors;
  expect_says(outcome.errors, "the change is still on " + postgres_uri("staging", "narrow"));
  expect_says(outcome.errors, "index \"orders_custmer\" does not exist");
  expect_says(outcome.errors, "  DROP INDEX orders_custmer;");
  EXPECT_EQ(indexes_of("staging"), "1") << "as it says";
}

TEST_F(TargetTest, AnInterruptedTrialInPlaceIsRolledBack) {
  make_narrow_role();
  auto arguments = ab(change(), postgres_uri("staging", "narrow"));
  arguments.back() = "measure_s=6";
  Subprocess process = tare_.start(arguments);
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find("contender: measure") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  ASSERT_EQ(indexes_of("staging"), "1");
  process.send(SIGINT);
  const auto status = process.wait_for(30s, {});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 130) << process.error_tail();
  EXPECT_EQ(indexes_of("staging"), "0");
}

TEST_F(TargetTest, SettingsHoldForItsOwnDatabaseOrAreRefused) {
  const TareOutcome restart = tare_.run(
      ab(change(R"j([{"postgres_settings": {"shared_buffers": "64MB"}}])j", "[]"), postgres_uri()));
  EXPECT_EQ(restart.code, 4) << restart.out;
  expect_says(restart.errors, "shared_buffers needs a restart, and tare does not restart");
  const TareOutcome server = tare_.run(ab(
      change(R"j([{"postgres_settings": {"checkpoint_timeout": "60s"}}])j", "[]"), postgres_uri()));
  EXPECT_EQ(server.code, 4) << server.out;
  expect_says(server.errors, "checkpoint_timeout holds for everyone");
  const TareOutcome redis_wide = tare_.run(
      ab(change(R"j([{"redis_settings": {"maxmemory": "3mb"}}])j", "[]"), postgres_uri()));
  EXPECT_EQ(redis_wide.code, 4) << redis_wide.out;
  expect_says(redis_wide.errors, "--claim " + redis_uri());
  const TareOutcome session = tare_.run(
      ab(change(R"j([{"postgres_settings": {"work_mem": "9MB"}}])j", "[]"), postgres_uri()));
  EXPECT_LE(session.code, 2) << session.errors << session.out;
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_db_role_setting"), "0");
  EXPECT_EQ(admin().value("SHOW work_mem"), "4MB");
}

TEST_F(TargetTest, SettingsInPlaceArePutBack) {
  make_narrow_role();
  const TareOutcome outcome =
      tare_.run(ab(change(R"j([{"postgres_settings": {"work_mem": "9MB"}}])j", "[]"),
                   postgres_uri("staging", "narrow")));
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_db_role_setting"), "0");
}

TEST_F(TargetTest, TwoExperimentsOnOneTargetAreOneTooMany) {
  auto first = ab(change(), postgres_uri());
  first.back() = "measure_s=4";
  Subprocess process = tare_.start(first);
  const auto limit = std::chrono::steady_clock::now() + 60s;
  while (process.error_tail().find("baseline: measure") == std::string::npos &&
         std::chrono::steady_clock::now() < limit) {
    ASSERT_FALSE(process.wait_for(20ms, {})) << process.error_tail();
  }
  const TareOutcome second = tare_.run(ab(change(), postgres_uri()));
  EXPECT_EQ(second.code, 4) << second.out;
  expect_says(second.errors, "another tare, or somebody, works on");
  const auto status = process.wait_for(120s, {});
  ASSERT_TRUE(status);
  EXPECT_LE(status->code, 2) << "the first is not disturbed: " << process.error_tail();
}

TEST_F(TargetTest, ConnectionsThatAreLostUnderWayMakeARunInvalid) {
  const TareOutcome outcome = tare_.run(
      {"run", scenario_, "--postgres", postgres_uri(), "--redis", redis_uri(), "--set",
       "measure_s=6"},
      5s, [&](Subprocess& process) {
        const auto limit = std::chrono::steady_clock::now() + 60s;
        while (process.error_tail().find("run: measure") == std::string::npos &&
               std::chrono::steady_clock::now() < limit) {
          process.wait_for(20ms, {});  // reads what it prints
        }
        std::this_thread::sleep_for(1s);
        admin().query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
            "'tare load'");
      });
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  expect_says(outcome.errors, "connections were lost under way");
}

TEST_F(TargetTest, AServerThatGoesAwayIsNamed) {
  const TareOutcome outcome =
      tare_.run({"run", scenario_, "--postgres", postgres_uri(), "--redis", redis_uri(), "--set",
                 "measure_s=5"},
                1s, [&](Subprocess& process) {
                  const auto limit = std::chrono::steady_clock::now() + 60s;
                  while (process.error_tail().find("run: measure") == std::string::npos &&
                         std::chrono::steady_clock::now() < limit) {
                    process.wait_for(20ms, {});  // reads what it prints
                  }
                  postgres_.kill_now();
                });
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  expect_says(outcome.errors, "PostgreSQL");
  EXPECT_TRUE(tare_.result_folders("shop").empty()) << "nothing half-written";
}

// The other server is the sandbox's.
TEST_F(TargetTest, OneServerMayBeNamedAlone) {
  const TareOutcome outcome =
      tare_.run({"run", scenario_, "--postgres", postgres_uri(), "--redis", "none"});
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(redis().command({"DBSIZE"}).integer, 1) << "the target's Redis was not named";
  EXPECT_EQ(tare_.servers_running(), 0);
}

TEST_F(TargetTest, TheEnvironmentMayNameIt) {
  tare_.set_environment("DATABASE_URL", postgres_uri());
  tare_.set_environment("REDIS_URL", redis_uri());
  const TareOutcome outcome = tare_.run({"run", scenario_, "--postgres", "env", "--redis", "env"});
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_database WHERE datname = 'tare_shop_data'"),
            "1");
}

TEST_F(TargetTest, BinariesOfATargetAreNotTaresToChange) {
  const std::string upgrade = tare_.write("change.json", R"j({"schema_version": 1,
      "name": "change", "owner": "o", "reason": "r", "variable": "redis.version",
      "binaries": {"redis_server": "/usr/bin/redis-server"}, "rollback": [],
      "rollback_note": "none"})j");
  const TareOutcome outcome = tare_.run(ab(upgrade, postgres_uri()));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "needs throwaway sandboxes");
}

}  // namespace
}  // namespace tare
