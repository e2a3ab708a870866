// An experiment that is interrupted keeps its finished pairs, and goes on.
#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Resume : public ::testing::Test {
 protected:
  Resume()
      : scenario_(tare_.write("shop.json", shop_scenario())),
        change_(tare_.write(
            "change.json",
            shop_change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j",
                        R"j([{"sql": "DROP INDEX orders_customer"}])j"))) {}

  // Stops `arguments` when progress says `stage`; returns the folder that is kept.
  fs::path interrupt(const std::vector<std::string>& arguments, const std::string& stage) {
    Subprocess process = tare_.start(arguments);
    const auto limit = std::chrono::steady_clock::now() + 90s;
    while (process.error_tail().find(stage) == std::string::npos &&
           std::chrono::steady_clock::now() < limit) {
      if (process.wait_for(20ms, {})) break;
    }
    process.send(SIGINT);
    const auto status = process.wait_for(30s, {});
    EXPECT_TRUE(status && status->code == 130) << process.error_tail();
    errors_ = process.error_tail();
    const auto folders = tare_.result_folders("shop");
    return folders.size() == 1 ? tare_.results() / "shop" / folders[0] : fs::path();
  }

  std::vector<std::string> ab(const std::string& pairs) const {
    return {"ab", scenario_, "--change", change_, "--pairs", pairs, "--set", "measure_s=1"};
  }

  TareRunner tare_;
  std::string scenario_, change_, errors_;
};

TEST_F(Resume, FinishedPairsAreKeptAndNothingIsDoneTwice) {
  const fs::path kept = interrupt(ab("4"), "pair 3 of 4");
  ASSERT_TRUE(kept.string().ends_with("-ab-change-unfinished")) << errors_;
  EXPECT_NE(errors_.find("2 finished pairs are kept"), std::string::npos) << errors_;
  EXPECT_NE(errors_.find("tare ab --resume results/shop/"), std::string::npos) << errors_;
  EXPECT_FALSE(fs::exists(kept / "trials/03-baseline"));
  EXPECT_FALSE(fs::exists(kept / "experiment.json")) << "no verdict on half an experiment";
  const std::string first = read_whole_file(kept / "trials/01-contender/result.json");
  EXPECT_EQ(tare_.left_behind().size(), 0u);

  const TareOutcome shown = tare_.run({"show", kept.string()});
  EXPECT_EQ(shown.code, 0) << shown.errors;
  EXPECT_NE(shown.out.find("2 of 4 pairs"), std::string::npos) << shown.out;

  const TareOutcome compared = tare_.run({"compare", kept.string()});
  EXPECT_EQ(compared.code, 4) << compared.out;
  EXPECT_NE(compared.errors.find("go on with tare ab --resume " + kept.string()), std::string::npos)
      << compared.errors;

  const TareOutcome outcome = tare_.run({"ab", "--resume", kept.string()});
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(outcome.errors.find("pair 1 of 4"), std::string::npos) << "done before";
  const auto folders = tare_.result_folders("shop");
  ASSERT_EQ(folders.size(), 1u) << "the whole stands in the place of the part";
  EXPECT_TRUE(folders[0].ends_with("-ab-change"));
  const fs::path whole = tare_.results() / "shop" / folders[0];
  const Experiment experiment = read_experiment(whole);
  EXPECT_EQ(experiment.pairs.size(), 4u);
  EXPECT_EQ(experiment.comparison.pairs, 4);
  EXPECT_EQ(read_whole_file(whole / "trials/01-contender/result.json"), first);

  const TareOutcome anew = tare_.run({"compare", whole.string()});
  EXPECT_EQ(anew.code, outcome.code) << anew.errors;
  EXPECT_NE(anew.out.find("the same as stored, to the last bit"), std::string::npos) << anew.out;

  const TareOutcome again = tare_.run({"ab", "--resume", whole.string()});
  EXPECT_EQ(again.code, 4);
  EXPECT_NE(again.errors.find("is finished"), std::string::npos) << again.errors;
}

TEST_F(Resume, GoesOnTakingTurns) {
  std::vector<std::string> arguments = ab("3");
  arguments.insert(arguments.end(), {"--interleave", "100ms"});
  const fs::path kept = interrupt(arguments, "pair 2 of 3, both arms: measure");
  ASSERT_TRUE(kept.string().ends_with("-unfinished")) << errors_;
  const TareOutcome outcome = tare_.run({"ab", "--resume", kept.string()});
  EXPECT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  const auto folders = tare_.result_folders("shop");
  ASSERT_EQ(folders.size(), 1u);
  const Experiment experiment = read_experiment(tare_.results() / "shop" / folders[0]);
  ASSERT_GE(experiment.pairs.size(), 3u);
  for (const ExperimentPair& pair : experiment.pairs) EXPECT_EQ(pair.order, PairOrder::in_turns);
}

TEST_F(Resume, MayBeInterruptedAgain) {
  const fs::path first = interrupt(ab("4"), "pair 2 of 4");
  ASSERT_FALSE(first.empty()) << errors_;
  const fs::path second = interrupt({"ab", "--resume", first.string()}, "pair 4 of 4");
  ASSERT_FALSE(second.empty()) << errors_;
  EXPECT_NE(errors_.find("3 finished pairs are kept"), std::string::npos) << errors_;
  const fs::path third = interrupt({"ab", "--resume", second.string()}, "load");
  EXPECT_EQ(second, third) << "nothing new: it stays as it was\n" << errors_;
}

TEST_F(Resume, AsManyPairsAsOneLikes) {
  const fs::path kept = interrupt(ab("8"), "pair 2 of 8");
  ASSERT_FALSE(kept.empty()) << errors_;
  const TareOutcome outcome = tare_.run({"ab", "--resume", kept.string(), "--pairs", "2"});
  EXPECT_LE(outcome.code, 2) << outcome.errors;
  EXPECT_NE(outcome.out.find("2 pairs"), std::string::npos) << outcome.out;
}

TEST_F(Resume, OtherServersAreAnotherExperiment) {
  const fs::path kept = interrupt(ab("4"), "pair 2 of 4");
  ASSERT_FALSE(kept.empty()) << errors_;
  const TestPostgres other;
  const PostgresEndpoint& endpoint = other.endpoint();
  const TareOutcome outcome =
      tare_.run({"ab", "--resume", kept.string(), "--redis", "none", "--postgres",
                 "host=" + endpoint.host + " port=" + std::to_string(endpoint.port) +
                     " user=" + endpoint.user + " dbname=postgres"});
  EXPECT_EQ(outcome.code, 4) << outcome.out;
  EXPECT_NE(outcome.errors.find("were measured on sandbox"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(fs::exists(kept / "unfinished.json"));
}

TEST_F(Resume, AChangedFileIsAnotherExperiment) {
  const fs::path kept = interrupt(ab("4"), "pair 2 of 4");
  ASSERT_FALSE(kept.empty()) << errors_;
  tare_.write("change.json", shop_change("[]", "[]"));
  const TareOutcome outcome = tare_.run({"ab", "--resume", kept.string()});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.errors.find("change.json has changed since"), std::string::npos)
      << outcome.errors;
  EXPECT_TRUE(fs::exists(kept / "unfinished.json"));
}

TEST_F(Resume, OptionsThatBelongToTheExperimentAreRefused) {
  const TareOutcome both = tare_.run({"ab", scenario_, "--resume", "x"});
  EXPECT_EQ(both.code, 4);
  EXPECT_NE(both.errors.find("leave them out"), std::string::npos) << both.errors;
  const TareOutcome neither = tare_.run({"ab", "--pairs", "4"});
  EXPECT_EQ(neither.code, 4);
  const TareOutcome missing = tare_.run({"ab", "--resume", tare_.folder().string()});
  EXPECT_EQ(missing.code, 4);
  EXPECT_NE(missing.errors.find("holds no unfinished.json"), std::string::npos) << missing.errors;
}

}  // namespace
}  // namespace tare
