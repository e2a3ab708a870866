#include "tools/experiment/pooled_experiment.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"
#include "tools/compare/experiment_folder_fixture.h"
#include "tools/compare/stored_trials.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class Pooled : public ::testing::Test {
 protected:
  Pooled() {
    Measured measured;
    measured.pairs = 6;
    measured.contender_ms = 20;
    failed_ = folders_.experiment("failed", measured);
    write_whole_file(failed_ / "scenario.json", "the scenario");
    write_whole_file(failed_ / "change.json", "the change");
    scenario_.text = "the scenario";
  }

  Repeat repeat() const { return {scenario_, change_, settings_, turn_}; }

  // What refuses it, or nothing.
  std::string refusal() const {
    try {
      require_same_question(read_pooled(failed_), repeat());
      return "";
    } catch (const UsageError& error) {
      return error.what();
    }
  }

  ExperimentFolders folders_;
  fs::path failed_;
  Scenario scenario_;
  std::string change_ = "the change";
  std::map<std::string, std::string> settings_;
  std::optional<Nanoseconds> turn_;
};

TEST_F(Pooled, PairsAreTakenOverAndNamed) {
  const PooledExperiment pooled = read_pooled(failed_);
  Experiment repeat;
  repeat.scenario = "s", repeat.change = "index", repeat.seed = 3;
  const fs::path to = folders_.path() / "repeat";
  fs::create_directories(to);
  take_over(pooled, to, repeat);
  EXPECT_EQ(repeat.pairs, pooled.experiment.pairs);
  ASSERT_EQ(repeat.pooled.size(), 1u);
  EXPECT_EQ(repeat.pooled[0], (PooledPairs{"failed", 6, "regressed"}));
  EXPECT_EQ(read_pairs(to, repeat).size(), 6u);
}

TEST_F(Pooled, ARepeatOfARepeatNamesBoth) {
  PooledExperiment pooled = read_pooled(failed_);
  pooled.experiment.pooled = {{"first", 6, "inconclusive"}};
  Experiment repeat;
  const fs::path to = folders_.path() / "repeat";
  fs::create_directories(to);
  take_over(pooled, to, repeat);
  ASSERT_EQ(repeat.pooled.size(), 2u);
  EXPECT_EQ(repeat.pooled[0].folder, "first");
  EXPECT_EQ(repeat.pooled[1].folder, "failed");
}

TEST_F(Pooled, AnotherQuestionIsRefused) {
  EXPECT_EQ(refusal(), "");
  change_ = "another change";
  EXPECT_NE(refusal().find("its change.json is not what it is now"), std::string::npos);
  change_ = "the change";
  scenario_.text = "another scenario";
  EXPECT_NE(refusal().find("its scenario.json is not what it is now"), std::string::npos);
  scenario_.text = "the scenario";
  settings_ = {{"rate_per_s", "5"}};
  EXPECT_NE(refusal().find("--set rate_per_s was none, and is 5 now"), std::string::npos);
  settings_.clear();
  turn_ = std::chrono::milliseconds(100);
  EXPECT_NE(refusal().find("--interleave was none, and is 100 ms now"), std::string::npos);
}

TEST_F(Pooled, SettingsThatAreLeftOutAreMissed) {
  Experiment experiment = read_experiment(failed_);
  experiment.settings = {{"rate_per_s", "5"}};
  write_experiment(failed_, experiment);
  EXPECT_NE(refusal().find("--set rate_per_s was 5, and is none now"), std::string::npos);
  settings_ = experiment.settings;
  EXPECT_EQ(refusal(), "");
}

TEST_F(Pooled, AnotherMachineOrServerIsRefused) {
  const PooledExperiment pooled = read_pooled(failed_);
  Environment now = pooled.environment;
  EXPECT_NO_THROW(require_same_place(pooled, now));
  now.host["kernel"] = "another";
  EXPECT_NO_THROW(require_same_place(pooled, now)) << "what pairs differ by from day to day";
  now.host["cpu"] = "slow";
  EXPECT_THROW(require_same_place(pooled, now), UsageError);
  now = pooled.environment;
  now.versions["postgres"] = "99";
  EXPECT_THROW(require_same_place(pooled, now), UsageError);
}

TEST_F(Pooled, ItIsRepeatedOnce) {
  const PooledExperiment pooled = read_pooled(failed_);
  {
    const RepeatMark lost(pooled, "lost");
    EXPECT_THROW(read_pooled(failed_), UsageError);
    EXPECT_THROW(RepeatMark(pooled, "another"), UsageError);
  }
  EXPECT_NO_THROW(read_pooled(failed_)) << "nothing of it was kept";
  RepeatMark(pooled, "kept").keep();
  EXPECT_THROW(read_pooled(failed_), UsageError);
}

TEST_F(Pooled, WhatIsNotValidCannotCount) {
  Experiment experiment = read_experiment(failed_);
  experiment.exit_code = 3;
  write_experiment(failed_, experiment);
  EXPECT_THROW(read_pooled(failed_), UsageError);
  EXPECT_THROW(read_pooled(folders_.path() / "absent"), UsageError);
  experiment.exit_code = 1;
  write_experiment(failed_, experiment);
  EXPECT_NO_THROW(read_pooled(failed_));
  fs::remove(failed_ / "change.json");
  EXPECT_THROW(read_pooled(failed_), UsageError) << "a calibration";
}

}  // namespace
}  // namespace tare
