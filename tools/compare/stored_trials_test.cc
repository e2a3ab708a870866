#include "tools/compare/stored_trials.h"

#include <gtest/gtest.h>

#include "tools/compare/experiment_folder_fixture.h"

namespace tare {
namespace {

std::string refusal(const std::filesystem::path& folder) {
  try {
    read_pairs(folder, read_experiment(folder));
  } catch (const FileProblems& problems) {
    return problems.what();
  }
  return "";
}

TEST(StoredTrials, AreReadInTheOrderOfThePairs) {
  const ExperimentFolders folders;
  const auto folder = folders.experiment("a", {.pairs = 3});
  const Experiment experiment = read_experiment(folder);
  std::vector<size_t> done;
  const auto pairs = read_pairs(folder, experiment, [&done](size_t read, size_t all) {
    EXPECT_EQ(all, 6u);
    done.push_back(read);
  });
  EXPECT_EQ(done, (std::vector<size_t>{0, 1, 2, 3, 4, 5}));
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].order, PairOrder::contender_first);
  EXPECT_EQ(pairs[1].order, PairOrder::baseline_first);
  EXPECT_EQ(pairs[2].baseline.result.arm, "baseline");
  EXPECT_EQ(pairs[2].contender.result.started_at, "2031-01-01T10:06:00Z");
  EXPECT_EQ(experiment_to_json(judged(experiment, pairs)),
            read_whole_file(folder / "experiment.json"));
}

TEST(StoredTrials, AreAllNamedThatAreNotThereOrBroken) {
  const ExperimentFolders folders;
  const auto folder = folders.experiment("a", {.pairs = 3});
  std::filesystem::remove_all(folder / "trials/01-baseline");
  write_whole_file(folder / "trials/02-contender/result.json", "{");
  const std::string said = refusal(folder);
  EXPECT_NE(said.find("trials/01-baseline: this trial of the experiment is missing"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("trials/02-contender/result.json: is not whole JSON"), std::string::npos)
      << said;
}

TEST(StoredTrials, MustBeOfThisExperiment) {
  Experiment experiment;
  experiment.scenario = "s";
  experiment.change = "c";
  experiment.seed = 3;
  Result trial;
  trial.scenario = "s";
  trial.change = "c";
  trial.arm = "baseline";
  EXPECT_EQ(why_foreign(trial, "baseline", experiment), "");  // an older one tells no seed
  trial.environment.generator["seed"] = "3";
  EXPECT_EQ(why_foreign(trial, "baseline", experiment), "");
  EXPECT_NE(why_foreign(trial, "contender", experiment).find("its arm is"), std::string::npos);
  trial.environment.generator["seed"] = "4";
  EXPECT_NE(why_foreign(trial, "baseline", experiment).find("its seed is \"4\", and not \"3\""),
            std::string::npos);
  trial.change = "other";
  EXPECT_NE(why_foreign(trial, "baseline", experiment).find("its change is"), std::string::npos);
  trial.scenario = "other";
  EXPECT_NE(why_foreign(trial, "baseline", experiment).find("its scenario is"), std::string::npos);
}

TEST(StoredTrials, OfAnotherExperimentAreRefused) {
  const ExperimentFolders folders;
  const auto folder = folders.experiment("a");
  folders.edit(folder / "trials/02-baseline", [](Result& result) { result.scenario = "other"; });
  EXPECT_NE(refusal(folder).find("02-baseline/result.json: is no trial of this experiment"),
            std::string::npos);
}

TEST(StoredTrials, WithFiguresThatNobodyMeasuredAreRefused) {
  const ExperimentFolders folders;
  const auto folder = folders.experiment("a");
  folders.edit(folder / "trials/01-contender",
               [](Result& result) { result.achieved_rate_per_s = -1; });
  EXPECT_NE(refusal(folder).find("01-contender/result.json: achieved_rate_per_s is -1"),
            std::string::npos);
}

}  // namespace
}  // namespace tare
