// Named targets with the real binary: how they are worked on, and what is said when it goes wrong.
#include <gtest/gtest.h>

#include "bench/model/result_file.h"
#include "tools/cli/target_fixture.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

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
  EXPECT_EQ(*databases[0][0], "tare__shop");
  EXPECT_EQ(redis().command({"DBSIZE"}).integer, 1) << "theirs alone";
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
  expect_says(redis_wide.errors, "Redis settings hold for everyone");
  const TareOutcome session = tare_.run(
      ab(change(R"j([{"postgres_settings": {"work_mem": "9MB"}}])j", "[]"), postgres_uri()));
  EXPECT_LE(session.code, 2) << session.errors << session.out;
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_db_role_setting"), "0");
  EXPECT_EQ(admin().value("SHOW work_mem"), "4MB");
}

TEST_F(TargetTest, SettingsInPlaceArePutBackToWhatTheyWere) {
  make_narrow_role();
  admin().execute("ALTER DATABASE staging SET work_mem = '8MB'");
  const std::string all =
      "SELECT string_agg(one, '; ') FROM pg_db_role_setting, unnest(setconfig) one";
  const TareOutcome outcome = tare_.run(
      ab(change(R"j([{"postgres_settings": {"work_mem": "9MB", "search_path": "public, shop"}}])j",
                "[]"),
         postgres_uri("staging", "narrow")));
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(admin().value(all), "work_mem=8MB");
}

TEST_F(TargetTest, ASettingThatARoleOverridesIsRefused) {
  make_narrow_role();
  admin().execute("ALTER ROLE narrow SET work_mem = '8MB'");
  const TareOutcome outcome =
      tare_.run(ab(change(R"j([{"postgres_settings": {"work_mem": "9MB"}}])j", "[]"),
                   postgres_uri("staging", "narrow")));
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  expect_says(outcome.errors, "work_mem is set by the user");
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_db_role_setting WHERE setdatabase <> 0"), "0");
  const TareOutcome next = tare_.run(ab(change(), postgres_uri("staging", "narrow")));
  EXPECT_LE(next.code, 2) << "no change is said to be under way: " << next.errors;
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
  EXPECT_EQ(admin().value("SELECT count(*) FROM pg_database WHERE datname = 'tare__shop'"), "1");
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
