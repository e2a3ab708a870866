// A repeat of an experiment that failed: its pairs count too, with the real binary on real servers.
#include <gtest/gtest.h>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class Pool : public ::testing::Test {
 protected:
  Pool()
      : scenario_(tare_.write("shop.json", shop_scenario())),
        change_(tare_.write(
            "change.json",
            shop_change(R"j([{"sql": "DROP INDEX orders_amount"}])j",
                        R"j([{"sql": "CREATE INDEX orders_amount ON orders (amount)"}])j"))) {}

  std::vector<std::string> ab(std::vector<std::string> more) const {
    std::vector<std::string> all = {"ab", scenario_, "--change", change_, "--set", "measure_s=1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  // The only one beside `other`.
  fs::path folder_beside(const fs::path& other) const {
    for (const std::string& name : tare_.result_folders("shop")) {
      if (name != other.filename()) return tare_.results() / "shop" / name;
    }
    ADD_FAILURE() << "no folder beside " << other;
    return {};
  }

  TareRunner tare_;
  std::string scenario_, change_;
};

TEST_F(Pool, ItsPairsCountAndTheVerdictIsOfAll) {
  const TareOutcome first = tare_.run(ab({"--pairs", "2"}));
  ASSERT_LE(first.code, 2) << first.errors;
  const fs::path before = folder_beside({});
  const TareOutcome repeat = tare_.run(ab({"--pool", before.string(), "--pairs", "3"}));
  ASSERT_LE(repeat.code, 2) << repeat.errors;
  EXPECT_NE(repeat.out.find("pooled: 2 of the pairs are those of " + before.filename().string()),
            std::string::npos)
      << repeat.out;
  const fs::path after = folder_beside(before);
  const Experiment experiment = read_experiment(after);
  EXPECT_EQ(experiment.comparison.pairs, 3);
  EXPECT_EQ(experiment.looks, std::vector<int>{3});
  EXPECT_EQ(experiment.repeats, 1) << "so it must be surer";
  ASSERT_EQ(experiment.pairs.size(), 3u);
  EXPECT_EQ(experiment.pairs[2].number, 3);
  EXPECT_TRUE(experiment.comparison.invalid_reasons.empty()) << repeat.out;
  EXPECT_EQ(read_whole_file(before / "trials/01-baseline/result.json"),
            read_whole_file(after / "trials/01-baseline/result.json"));
  EXPECT_TRUE(fs::exists(before / "experiment.json")) << "stays as it is";

  const TareOutcome anew = tare_.run({"compare", after.string()});
  EXPECT_EQ(anew.code, repeat.code) << anew.errors << anew.out;

  const TareOutcome twice = tare_.run(ab({"--pool", before.string()}));
  EXPECT_EQ(twice.code, 4);
  EXPECT_NE(twice.errors.find("it was repeated already, by " + after.filename().string()),
            std::string::npos)
      << twice.errors;
  fs::remove(before / "repeated_by");
  const TareOutcome other = tare_.run(ab({"--pool", before.string(), "--set", "rate_per_s=99"}));
  EXPECT_EQ(other.code, 4);
  EXPECT_NE(other.errors.find("--set rate_per_s was none, and is 99 now"), std::string::npos)
      << other.errors;
  const TareOutcome fewer = tare_.run(ab({"--pool", before.string(), "--pairs", "2"}));
  EXPECT_EQ(fewer.code, 4);
  EXPECT_NE(fewer.errors.find("it has 2 pairs already"), std::string::npos) << fewer.errors;
  EXPECT_EQ(tare_.result_folders("shop").size(), 2u);
}

// Preparing a contender with other cache rules restarts the servers that both arms use.
TEST_F(Pool, AChangeOfTheScenarioIsRepeatedAsWell) {
  write_whole_file(change_, R"j({"schema_version": 1, "name": "change", "owner": "shop team",
      "reason": "a test", "variable": "scenario.order.ttl", "rollback": [],
      "scenario": {"cache_rules": {"order": {"ttl_s": 600}}}, "rollback_note": "safe"})j");
  const TareOutcome first = tare_.run(ab({"--pairs", "2"}));
  ASSERT_LE(first.code, 2) << first.errors;
  const fs::path before = folder_beside({});
  const TareOutcome repeat = tare_.run(ab({"--pool", before.string(), "--pairs", "3"}));
  EXPECT_LE(repeat.code, 2) << repeat.errors;
  EXPECT_NE(repeat.out.find("pooled: 2 of the pairs"), std::string::npos) << repeat.out;
}

}  // namespace
}  // namespace tare
