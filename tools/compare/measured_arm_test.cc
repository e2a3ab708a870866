#include "tools/compare/measured_arm.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/errors.h"
#include "tools/compare/experiment_folder_fixture.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string& name) {
  try {
    read_arm(name);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

bool has(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(), [&part](const std::string& line) {
    return line.find(part) != std::string::npos;
  });
}

class MeasuredArmTest : public ::testing::Test {
 protected:
  Experiment weigh(const std::string& baseline, const std::string& contender,
                   const std::map<std::string, double>& margins = {}) const {
    ComparedArms arms = pair_up(read_arm(baseline), read_arm(contender), margins);
    return judged(std::move(arms.experiment), arms.samples);
  }

  ExperimentFolders folders_;
};

TEST_F(MeasuredArmTest, IsNamedByItsFolderAndArm) {
  const std::string folder = folders_.experiment("a:contender", {.day = 2}).string();
  const MeasuredArm bare = read_arm(folder);  // a colon in the folder's own name
  EXPECT_EQ(bare.arm, "contender");
  EXPECT_EQ(bare.trials.size(), 2u);
  EXPECT_EQ(bare.trials[1].sample.result.arm, "contender");
  EXPECT_EQ(arm_words(bare),
            "contender of " + folder + " (change index), 2 trials, 2031-01-02 10:02 to 10:05 UTC");
  EXPECT_EQ(read_arm(folder + ":contender").arm, "contender");
  EXPECT_FALSE(read_arm(folder + ":baseline").has_change());
  const std::string run = folders_.run("r").string();
  EXPECT_EQ(arm_words(read_arm(run)), "the run " + run + ", 1 trial, 2031-01-01 10:01 UTC");
}

TEST_F(MeasuredArmTest, SaysWhatIsNone) {
  const fs::path nowhere = folders_.path() / "nowhere";
  EXPECT_NE(refusal(nowhere).find("is not a folder"), std::string::npos);
  EXPECT_NE(refusal(folders_.path()).find("holds neither"), std::string::npos);
  const std::string run = folders_.run("r").string();
  EXPECT_NE(refusal(run + ":baseline").find("single run"), std::string::npos);
  EXPECT_THROW(require_experiment(run), UsageError);
  EXPECT_THROW(require_experiment(folders_.experiment("a").string() + ":baseline"), UsageError);
  EXPECT_NO_THROW(require_experiment((folders_.path() / "a").string()));
  fs::create_directories(nowhere);
  write_whole_file(nowhere / "unfinished.json", "{}");
  EXPECT_NE(refusal(nowhere).find("tare ab --resume " + nowhere.string()), std::string::npos);
}

TEST_F(MeasuredArmTest, SaysThatArmsWereMeasuredApart) {
  const std::string first = folders_.experiment("a"), later = folders_.experiment("b", {.day = 9});
  const Experiment experiment = weigh(first, later);
  EXPECT_EQ(experiment.comparison.pairs, 2);
  EXPECT_EQ(experiment.pairs[0].order, PairOrder::baseline_first);
  EXPECT_EQ(weigh(later, first).pairs[0].order, PairOrder::contender_first);
  EXPECT_TRUE(has(experiment.design, "measured on different days (baseline 2031-01-01 10:02 to "));
  EXPECT_TRUE(has(experiment.design, "what changed on the machine between them"));
  const Experiment same_day = weigh(first, folders_.experiment("c"));
  EXPECT_TRUE(has(same_day.design, "measured one after the other"));
  EXPECT_EQ(experiment_from_json(experiment_to_json(experiment), "x"), experiment);
}

TEST_F(MeasuredArmTest, TakesAnExperimentsOwnPairsAsTheyAre) {
  const std::string folder = folders_.experiment("a", {.pairs = 3, .contender_ms = 12});
  const Experiment own = weigh(folder + ":baseline", folder);
  const Experiment stored = read_experiment(folder);
  EXPECT_EQ(own.comparison, stored.comparison);
  EXPECT_EQ(own.exit_code, stored.exit_code);
  EXPECT_EQ(own.design, stored.design);
  EXPECT_THROW(weigh(folder, folder + ":contender"), UsageError);
  EXPECT_EQ(weigh(folder, folder + ":baseline").comparison.rows[0].verdict, Verdict::improved);
}

TEST_F(MeasuredArmTest, AnExperimentsOwnArmsWereLookedAtAsOftenAsItWas) {
  const fs::path folder = folders_.experiment("a", {.pairs = 3, .contender_ms = 12});
  Experiment stored = read_experiment(folder);
  stored.looks = {2, 3};
  stored.repeats = 1;
  write_experiment(folder, stored);
  for (const ExperimentPair& pair : stored.pairs) {
    for (const std::string& trial : {pair.baseline, pair.contender}) {
      folders_.edit(folder / trial,
                    [](Result& result) { result.environment.generator["turn"] = "100 ms"; });
    }
  }
  const Experiment own = weigh(folder.string() + ":baseline", folder.string());
  EXPECT_EQ(own.looks, (std::vector<int>{2, 3}));
  EXPECT_EQ(own.repeats, 1);
  EXPECT_EQ(own.pairs[0].order, PairOrder::in_turns);
  const fs::path other = folders_.experiment("b", {.day = 2, .pairs = 3});
  EXPECT_EQ(weigh(other, folder).looks, std::vector<int>{3}) << "measured apart";
  EXPECT_EQ(weigh(other, folder).repeats, 0);
}

TEST_F(MeasuredArmTest, ComparesAsManyTrialsAsBothHave) {
  const Experiment experiment =
      weigh(folders_.experiment("a", {.pairs = 4}), folders_.experiment("b", {.pairs = 3}));
  EXPECT_EQ(experiment.comparison.pairs, 3);
  EXPECT_TRUE(has(experiment.warnings, "3 of the 4 trials of the baseline and the 3 of"));
  const Experiment runs = weigh(folders_.run("r"), folders_.run("q"));
  EXPECT_EQ(runs.exit_code, 2);
  EXPECT_TRUE(has(runs.warnings, "one trial against one has no interval"));
  EXPECT_FALSE(runs.comparison.rows[0].more_pairs);
}

TEST_F(MeasuredArmTest, RefusesOtherScenarios) {
  try {
    weigh(folders_.experiment("a"), folders_.experiment("b", {.scenario = "blog"}));
    FAIL() << "compared two scenarios";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("of scenario \"s\""), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("of \"blog\""), std::string::npos);
  }
}

TEST_F(MeasuredArmTest, AllowsWhatTheChangesDeclareAndNothingElse) {
  Criteria declared;
  declared.postgres_settings = {"work_mem"};
  declared.expect = {{"page", "response_time_tm95", 0.5, Bound::at_most}};
  const fs::path a = folders_.experiment("a"), b = folders_.experiment("b", {.criteria = declared});
  for (const char* trial : {"trials/01-contender", "trials/02-contender"}) {
    folders_.edit(b / trial,
                  [](Result& result) { result.environment.postgres_settings["work_mem"] = "8MB"; });
  }
  const Experiment with = weigh(a.string() + ":baseline", b);
  EXPECT_TRUE(with.comparison.invalid_reasons.empty());
  EXPECT_EQ(with.comparison.expectations.size(), 1u);
  EXPECT_TRUE(weigh(a, b).comparison.expectations.empty());  // a change against a change
  for (const char* trial : {"trials/01-contender", "trials/02-contender"}) {
    folders_.edit(b / trial,
                  [](Result& result) { result.environment.postgres_settings["jit"] = "off"; });
  }
  const Experiment undeclared = weigh(a, b);
  EXPECT_EQ(undeclared.exit_code, 3);
  EXPECT_TRUE(
      has(undeclared.comparison.invalid_reasons, "settings differ between the arms: jit: "));
}

TEST_F(MeasuredArmTest, SaysWhichMachineAndWhichCriteria) {
  Criteria wide;
  wide.margins["response_time_tm95"] = 0.5;
  const fs::path a = folders_.run("a"), b = folders_.run("b", {.criteria = wide});
  EXPECT_TRUE(has(weigh(a, b).warnings, "different margins or limits"));
  EXPECT_EQ(weigh(a, b).comparison.rows[0].margin, 0.5);
  EXPECT_EQ(weigh(a, b, {{"response_time_tm95", 0.25}}).comparison.rows[0].margin, 0.25);
  fs::remove(b / "criteria.json");
  EXPECT_TRUE(has(weigh(a, b).warnings, "margins and limits are the baseline's"));
  fs::remove(a / "criteria.json");
  EXPECT_TRUE(has(weigh(a, b).warnings, "neither arm has its criteria"));
  folders_.edit(b, [](Result& result) {
    result.environment.host["cores"] = "64";
    result.environment.host["kernel"] = "new";
    result.warnings = {"the generator was late"};
  });
  const Experiment other = weigh(a, b);
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_TRUE(has(other.comparison.invalid_reasons,
                  "host differs between the arms: cores: \"2\" -> \"64\""));
  EXPECT_TRUE(has(other.warnings, "kernel was not known for the baseline and new"));
  EXPECT_TRUE(has(other.warnings, b.string() + ": the generator was late"));
}

TEST_F(MeasuredArmTest, KeepsWhatMadeAnExperimentInvalid) {
  const fs::path a = folders_.experiment("a"), b = folders_.experiment("b");
  Experiment wrong = read_experiment(b);
  wrong.found_invalid = {"the cache was wrong"};
  write_experiment(b, wrong);
  EXPECT_EQ(weigh(a, b).exit_code, 3);
  EXPECT_TRUE(has(weigh(a, b).comparison.invalid_reasons, b.string() + ": the cache was wrong"));
}

}  // namespace
}  // namespace tare
