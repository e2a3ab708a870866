// Arms whose loads take turns, for what a change may change, with the real binary on real servers.
#include <gtest/gtest.h>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class Interleave : public ::testing::Test {
 protected:
  TareOutcome weigh(const std::string& fields) {
    return tare_.run({"ab", tare_.write("shop.json", shop_scenario()), "--change",
                      tare_.write("change.json", R"j({"schema_version": 1, "name": "change",
  "owner": "shop team", "reason": "a test", "variable": "some.thing", "rollback_note": "safe", )j" +
                                                     fields + "}"),
                      "--pairs", "2", "--interleave", "100ms"});
  }

  fs::path folder() const {
    const auto folders = tare_.result_folders("shop");
    EXPECT_EQ(folders.size(), 1u);
    return folders.empty() ? fs::path() : tare_.results() / "shop" / folders[0];
  }

  void expect_nothing_left() const {
    EXPECT_TRUE(tare_.left_behind().empty());
    EXPECT_EQ(tare_.servers_running(), 0);
  }

  TareRunner tare_;
};

TEST_F(Interleave, SettingsHoldForTheContenderAloneOnEitherSandbox) {
  const TareOutcome outcome = weigh(R"j("apply": [{"postgres_settings": {"work_mem": "8MB"}},
      {"redis_settings": {"maxmemory": "50mb"}}], "rollback": [])j");
  ASSERT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  const Experiment experiment = read_experiment(folder());
  EXPECT_TRUE(experiment.comparison.invalid_reasons.empty()) << outcome.out;
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::equal);
  ASSERT_EQ(experiment.pairs.size(), 2u) << outcome.out;
  for (const ExperimentPair& pair : experiment.pairs) {
    const Environment before = read_result(folder() / pair.baseline).environment;
    const Environment after = read_result(folder() / pair.contender).environment;
    EXPECT_EQ(after.postgres_settings.at("work_mem"), "8MB") << pair.contender;
    EXPECT_EQ(after.redis_settings.at("maxmemory"), "52428800");
    EXPECT_FALSE(before.postgres_settings.contains("work_mem")) << pair.baseline;
    EXPECT_EQ(before.redis_settings.at("maxmemory"), "0");
    EXPECT_EQ(before.generator.at("turn"), "100 ms");
  }
  expect_nothing_left();
}

TEST_F(Interleave, APatchedScenarioTakesTurnsToo) {
  const TareOutcome outcome = weigh(R"j("rollback": [], "scenario":
      {"operations": {"orders_of": {"steps": [{"name": "orders",
        "sql": "SELECT id, amount FROM orders WHERE customer_id = $1 AND id > 0 ORDER BY id",
        "params": ["customer"]}]}}})j");
  ASSERT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_TRUE(read_experiment(folder()).comparison.invalid_reasons.empty()) << outcome.out;
  expect_nothing_left();
}

TEST_F(Interleave, WhatFailsInOneArmIsToldAndLeavesNothing) {
  const TareOutcome outcome = weigh(R"j("apply": [
      {"sql": "SELECT 1 / (SELECT count(*) - count(*) FROM orders)"}], "rollback": [])j");
  EXPECT_EQ(outcome.code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("division by zero"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(tare_.result_folders("shop").empty());
  expect_nothing_left();
}

}  // namespace
}  // namespace tare
