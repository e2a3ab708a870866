// A known slowdown, and arms that take turns, with the real binary on real servers.
#include <gtest/gtest.h>

#include <cmath>

#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"
#include "tools/compare/stored_trials.h"

namespace tare {
namespace {

class InjectTest : public ::testing::Test {
 protected:
  std::string shop() const { return tare_.write("shop.json", shop_scenario()); }

  Experiment only_experiment() const {
    const auto folders = tare_.result_folders("shop");
    EXPECT_EQ(folders.size(), 1u) << "and nothing of the calibration is left";
    return folders.empty() ? Experiment() : read_experiment(tare_.results() / "shop" / folders[0]);
  }

  std::vector<PairSample> pairs_of(const Experiment& experiment) const {
    return read_pairs(tare_.results() / "shop" / tare_.result_folders("shop")[0], experiment);
  }

  TareRunner tare_;
};

// Six times as slow is seen on any machine.
TEST_F(InjectTest, TheSlowdownIsFoundAndIsTheServers) {
  const TareOutcome outcome =
      tare_.run({"ab", shop(), "--inject", "orders_of=+500%", "--pairs", "4"});
  const Experiment experiment = only_experiment();
  EXPECT_EQ(outcome.code, 1) << outcome.errors << outcome.out;
  EXPECT_EQ(experiment.change, "inject-orders_of-500-percent");
  EXPECT_NE(experiment.reason.find("+500 % injected into orders_of"), std::string::npos);
  for (const Row& row : experiment.comparison.rows) {
    if (row.operation != "orders_of" || row.metric != "response_time_tm95") continue;
    EXPECT_EQ(row.verdict, Verdict::regressed);
    EXPECT_GT(row.change.value_or(0), 1.5) << outcome.out;
    EXPECT_LT(row.change.value_or(0), 15) << outcome.out;
  }
  const auto pairs = pairs_of(experiment);
  for (const PairSample& pair : pairs) {
    const auto &before = pair.baseline.result.observed, &after = pair.contender.result.observed;
    ASSERT_TRUE(before && after && before->postgres && after->postgres);
    EXPECT_GT(after->postgres->cpu_ns.value_or(0), before->postgres->cpu_ns.value_or(0))
        << "work, not sleep";
  }
  EXPECT_TRUE(tare_.left_behind().empty());
}

// Whichever arm comes last, the data is put back at the end: a trial restarts the servers that the
// other arm has its connections to. The orders of two pairs are each other's mirror.
TEST_F(InjectTest, EitherArmMayBeTheLast) {
  const std::vector<std::string> weigh = {"ab",    shop(),          "--inject", "orders_of=+0%",
                                          "--set", "measure_s=0.5", "--pairs"};
  const auto run = [&](const std::string& pairs) {
    std::vector<std::string> arguments = weigh;
    arguments.push_back(pairs);
    return tare_.run(arguments);
  };
  const TareOutcome two = run("2");
  EXPECT_LE(two.code, 2) << two.errors;
  std::filesystem::remove_all(tare_.results());
  const TareOutcome three = run("3");
  EXPECT_LE(three.code, 2) << three.errors;
  const Experiment experiment = only_experiment();
  ASSERT_EQ(experiment.pairs.size(), 3u) << three.out;
  EXPECT_NE(experiment.pairs[0].order, experiment.pairs[1].order);
}

TEST_F(InjectTest, ArmsInTurnsAskTheSameOnServersOfTheirOwn) {
  const TareOutcome outcome = tare_.run(
      {"ab", shop(), "--inject", "orders_of=+0%", "--interleave", "100ms", "--pairs", "2"});
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  const Experiment experiment = only_experiment();
  EXPECT_TRUE(experiment.comparison.invalid_reasons.empty()) << outcome.out;
  ASSERT_EQ(experiment.design.size(), 1u);
  EXPECT_NE(experiment.design[0].find("turns of 100 ms"), std::string::npos);
  for (const PairSample& pair : pairs_of(experiment)) {
    const Result &before = pair.baseline.result, &after = pair.contender.result;
    EXPECT_EQ(before.schedule_digest, after.schedule_digest);
    EXPECT_DOUBLE_EQ(before.measured_s, 3.0) << "twice 1.5 s";
    EXPECT_NEAR(before.offered_rate_per_s, 75, 1e-6) << "150/s in half of the time";
    const auto asked = [](const Result& result) {
      int64_t all = 0;
      for (const auto& [name, operation] : result.operations) all += operation.requests.scheduled;
      return double(all);
    };
    EXPECT_NEAR(asked(before), 225, 60);
    EXPECT_EQ(asked(before), asked(after));
  }
  EXPECT_TRUE(tare_.left_behind().empty());
  EXPECT_EQ(tare_.servers_running(), 0);
}

TEST_F(InjectTest, ACtrlCDuringTurnsCleansUp) {
  const TareOutcome outcome =
      tare_.run({"ab", shop(), "--inject", "orders_of=+0%", "--interleave", "50ms", "--pairs", "9"},
                std::chrono::seconds(8), [](Subprocess& process) { kill(process.pid(), SIGINT); });
  EXPECT_EQ(outcome.code, 130) << outcome.errors;
  EXPECT_TRUE(tare_.left_behind().empty());
  EXPECT_EQ(tare_.servers_running(), 0);
}

TEST_F(InjectTest, WhatCannotBeDoneIsSaidAtOnce) {
  const auto said = [&](const std::vector<std::string>& more, int code, const std::string& text) {
    std::vector<std::string> arguments = {"ab", shop()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const TareOutcome outcome = tare_.run(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.errors;
    EXPECT_NE(outcome.errors.find(text), std::string::npos) << outcome.errors;
  };
  said({"--inject", "orders_of=5%"}, 4, "say OPERATION=+5%");
  said({"--inject", "orders_of=+0%", "--interleave", "100"}, 4, "--interleave");
  said({"--inject", "orders_of=+0%", "--interleave", "1s"}, 4, "a quarter of the 1.5 s");
  said({"--inject", "orders_of=+0%", "--interleave", "100ms", "--sandbox", "x"}, 4,
       "--interleave needs throwaway sandboxes");
  said({"--inject", "orders_o=+5%"}, 4, "the scenario has no operation orders_o");
}

}  // namespace
}  // namespace tare
