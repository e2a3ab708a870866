// Every kind of thing a change may change, with the real binary on real servers.
#include <gtest/gtest.h>

#include "bench/drivers/postgres_control.h"
#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

// A change of the shop with `fields` beside what every change has. Of a variable that nothing is
// known of the fields speak for themselves.
std::string change_with(const std::string& fields) {
  const bool named = fields.find("\"variable\"") != std::string::npos;
  return R"j({"schema_version": 1, "name": "change", "owner": "shop team", "reason": "a test",
  "rollback_note": "safe", )j" +
         std::string(named ? "" : R"j("variable": "some.thing", )j") + fields + "}";
}

struct Arms {
  Experiment experiment;
  Result baseline, contender;
};

Arms arms_of(const TareRunner& tare) {
  const auto folders = tare.result_folders("shop");
  EXPECT_EQ(folders.size(), 1u);
  if (folders.empty()) return {};
  const std::filesystem::path folder = tare.results() / "shop" / folders[0];
  return {read_experiment(folder), read_result(folder / "trials/01-baseline"),
          read_result(folder / "trials/01-contender")};
}

class ArmsTest : public ::testing::Test {
 protected:
  TareOutcome weigh(const std::string& fields, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {
        "ab",       tare_.write("shop.json", shop_scenario()),
        "--change", tare_.write("change.json", change_with(fields)),
        "--pairs",  "2"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return tare_.run(arguments);
  }

  // Judged, whatever the verdict on a busy machine.
  static void expect_judged(const TareOutcome& outcome) {
    EXPECT_TRUE(outcome.code == 0 || outcome.code == 1 || outcome.code == 2)
        << outcome.code << outcome.errors << outcome.out;
  }

  TareRunner tare_;
};

TEST_F(ArmsTest, SettingsAreInForceAndPutBack) {
  const std::string dir = (tare_.temporary() / "kept").string();
  ASSERT_EQ(tare_.run({"sandbox", "start", "--dir", dir}).code, 0);
  PostgresEndpoint endpoint;
  endpoint.host = dir;
  endpoint.user = "tare";
  endpoint.database = "postgres";
  PostgresControl(endpoint, {}).execute("ALTER SYSTEM SET work_mem = '5MB'");  // a person's own
  const TareOutcome outcome = weigh(
      R"j("apply": [{"postgres_settings": {"work_mem": "8MB", "shared_buffers": "32MB"}},
                    {"redis_settings": {"maxmemory": "50mb"}}], "rollback": [])j",
      {"--sandbox", dir});
  expect_judged(outcome);
  const Arms arms = arms_of(tare_);
  EXPECT_TRUE(arms.experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(arms.experiment.rollback.status, RollbackStatus::equal);
  EXPECT_EQ(arms.contender.environment.postgres_settings.at("work_mem"), "8MB");
  EXPECT_EQ(arms.contender.environment.postgres_settings.at("shared_buffers"), "32MB");
  EXPECT_EQ(arms.contender.environment.redis_settings.at("maxmemory"), "52428800");
  EXPECT_EQ(arms.baseline.environment.postgres_settings.at("work_mem"), "5MB");
  EXPECT_EQ(arms.baseline.environment.redis_settings.at("maxmemory"), "0");
  PostgresControl after(endpoint, {});
  EXPECT_EQ(after.value("SHOW work_mem"), "5MB");
  EXPECT_EQ(after.value("SHOW shared_buffers"), "128MB");
  EXPECT_EQ(tare_.run({"sandbox", "stop", "--dir", dir}).code, 0);
}

TEST_F(ArmsTest, SettingsThatPostgresRefusesAreNamed) {
  const TareOutcome unknown =
      weigh(R"j("apply": [{"postgres_settings": {"wrok_mem": "8MB"}}], "rollback": [])j");
  EXPECT_EQ(unknown.code, 4) << unknown.errors;
  EXPECT_NE(unknown.errors.find("/apply/0/postgres_settings: "), std::string::npos);
  EXPECT_NE(unknown.errors.find("wrok_mem"), std::string::npos) << unknown.errors;
  const TareOutcome redis =
      weigh(R"j("apply": [{"redis_settings": {"max-memory": 1}}], "rollback": [])j");
  EXPECT_EQ(redis.code, 4) << redis.errors;
  EXPECT_NE(redis.errors.find("/apply/0/redis_settings: Redis has no setting"), std::string::npos)
      << redis.errors;
  const TareOutcome impossible =
      weigh(R"j("apply": [{"postgres_settings": {"shared_buffers": "90000GB"}}], "rollback": [])j");
  EXPECT_EQ(impossible.code, 4) << impossible.errors;
  EXPECT_EQ(tare_.servers_running(), 0);
  EXPECT_TRUE(tare_.result_folders("shop").empty());
}

TEST_F(ArmsTest, PatchedScenarioRunsInTheContenderAlone) {
  const TareOutcome outcome = weigh(
      R"j("rollback": [], "scenario": {"operations": {"orders_of": {"steps": [
           {"name": "list", "sql": "SELECT o.id FROM orders o WHERE o.customer_id = $1",
            "params": ["customer"], "expect": {"rows": {"min": 1, "max": 100}}},
           {"name": "second", "redis": ["GET", "shop:views"]}]}}})j");
  expect_judged(outcome);
  const Arms arms = arms_of(tare_);
  EXPECT_TRUE(arms.experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(arms.baseline.operations.at("orders_of").steps.count("second"), 0u);
  EXPECT_EQ(arms.contender.operations.at("orders_of").steps.count("second"), 1u);
  EXPECT_EQ(arms.baseline.schedule_digest, arms.contender.schedule_digest);
  EXPECT_EQ(arms.experiment.rollback.status, RollbackStatus::equal);
}

TEST_F(ArmsTest, NewCodeMayNeedTheChange) {
  const TareOutcome outcome = weigh(
      R"j("variable": "schema.column",
          "apply": [{"sql": "ALTER TABLE orders ADD COLUMN paid boolean NOT NULL DEFAULT true"}],
          "rollback": [{"sql": "ALTER TABLE orders DROP COLUMN paid"}],
          "scenario": {"operations": {"orders_of": {"steps": [
            {"name": "list", "sql": "SELECT id FROM orders WHERE customer_id = $1 AND paid",
             "params": ["customer"]}]}}})j");
  expect_judged(outcome);
  const Arms arms = arms_of(tare_);
  EXPECT_TRUE(arms.experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(arms.experiment.rollback.status, RollbackStatus::equal)
      << arms.experiment.rollback.detail;
  ASSERT_FALSE(arms.experiment.schema_changes.empty());
  EXPECT_NE(arms.experiment.schema_changes.back().find("paid"), std::string::npos);
}

TEST_F(ArmsTest, ShellStepsRunOnlyWhenAllowed) {
  const std::string fields =
      R"j("variable": "schema.index",
          "apply": [{"shell": "psql -X -q -c 'CREATE INDEX c ON orders (customer_id)'"}],
          "rollback": [{"shell": "psql -X -q -c 'DROP INDEX c'"}])j";
  const TareOutcome refused = weigh(fields);
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.errors.find("/apply/0/shell: "), std::string::npos) << refused.errors;
  EXPECT_NE(refused.errors.find("--allow-shell"), std::string::npos);
  const TareOutcome allowed = weigh(fields, {"--allow-shell"});
  expect_judged(allowed);
  const Arms arms = arms_of(tare_);
  EXPECT_EQ(arms.experiment.rollback.status, RollbackStatus::equal);
  ASSERT_EQ(arms.experiment.comparison.plan_changes.size(), 1u) << allowed.out;
  const TareOutcome failing =
      weigh(R"j("apply": [{"shell": "echo no such table >&2; exit 7"}], "rollback": [])j",
            {"--allow-shell"});
  EXPECT_EQ(failing.code, 4);
  EXPECT_NE(failing.errors.find("no such table"), std::string::npos) << failing.errors;
}

// Fast, because nothing is found any more.
TEST_F(ArmsTest, LostRowsAreNoImprovement) {
  const TareOutcome outcome = weigh(
      R"j("apply": [{"sql": "ALTER TABLE orders RENAME TO orders_all"},
                    {"sql": "CREATE VIEW orders AS SELECT * FROM orders_all WHERE id % 2 = 0"}],
          "rollback": [{"sql": "DROP VIEW orders"},
                       {"sql": "ALTER TABLE orders_all RENAME TO orders"}])j");
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("for the same parameters"), std::string::npos) << outcome.out;
}

// The script does more than the change says.
TEST_F(ArmsTest, UndeclaredDifferencesMakeItInvalid) {
  const TareOutcome outcome = weigh(
      R"j("apply": [{"shell": "redis-cli -s \"$REDIS_SOCKET\" CONFIG SET maxmemory 60mb"}],
          "rollback": [{"shell": "redis-cli -s \"$REDIS_SOCKET\" CONFIG SET maxmemory 0"}])j",
      {"--allow-shell"});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(
      outcome.out.find("redis differs between the arms: setting maxmemory: \"0\" -> \"62914560\""),
      std::string::npos)
      << outcome.out;
}

// The same programs under another name: two servers, data loaded twice, still comparable.
TEST_F(ArmsTest, OtherBinariesHaveServersOfTheirOwn) {
  const auto redis = find_program("redis-server");
  ASSERT_TRUE(redis);
  std::filesystem::create_symlink(*redis, tare_.folder() / "redis-server-next");
  const TareOutcome outcome =
      weigh(R"j("rollback": [], "binaries": {"redis_server": "redis-server-next"})j");
  expect_judged(outcome);
  EXPECT_TRUE(arms_of(tare_).experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(tare_.servers_running(), 0);
  EXPECT_TRUE(tare_.left_behind().empty());
  const TareOutcome missing =
      weigh(R"j("rollback": [], "binaries": {"postgres_bin": "no-such-folder"})j");
  EXPECT_EQ(missing.code, 3);
  EXPECT_NE(missing.errors.find("no-such-folder"), std::string::npos) << missing.errors;
}

}  // namespace
}  // namespace tare
