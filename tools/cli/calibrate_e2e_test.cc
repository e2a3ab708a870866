// calibrate with the real binary on real servers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/calibration_schema.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

TEST(Calibrate, ReportsSpreadsAndMarginsThatAScenarioTakes) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string margins = (tare.folder() / "margins.json").string();
  const TareOutcome outcome =
      tare.run({"calibrate", scenario, "--pairs", "6", "--set", "measure_s=0.6", "--margins",
                margins, "--results", tare.results().string()});
  // Six short pairs on a machine that does other things may be tainted; then it says so.
  ASSERT_TRUE(outcome.code == 0 || outcome.code == 3) << outcome.errors << outcome.out;
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());
  const auto folders = tare.result_folders("shop");
  ASSERT_EQ(folders.size(), 1u);
  EXPECT_TRUE(folders[0].ends_with("-calibrate")) << folders[0];
  const std::filesystem::path folder = tare.results() / "shop" / folders[0];
  const std::string text = read_whole_file(folder / "calibration.json");
  EXPECT_NO_THROW(require_valid(text, embedded::calibration_schema, "calibration"));
  const json calibration = json::parse(text);
  EXPECT_EQ(calibration["exit_code"], outcome.code);
  const Experiment experiment = read_experiment(folder);
  EXPECT_GE(experiment.pairs.size(), 6u);
  EXPECT_EQ(experiment.comparison.pairs, calibration["pairs"]);
  EXPECT_EQ(experiment.rollback.detail, "");
  EXPECT_TRUE(experiment.comparison.limits.empty());
  EXPECT_NE(outcome.out.find("shop"), std::string::npos);
  EXPECT_EQ(tare.run({"show", folder.string()}).code, 0) << "the A/A experiment itself";
  if (calibration["pairs"] < 6) return;
  EXPECT_EQ(calibration["rows"].at(0)["gating"], "gating");
  EXPECT_GT(calibration["rows"].at(0)["spread"].get<double>(), 0);
  EXPECT_NE(outcome.out.find("view_order"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("false alarms: "), std::string::npos) << outcome.out;
  if (outcome.code != 0) {
    EXPECT_FALSE(std::filesystem::exists(margins)) << "margins that cannot be trusted";
    return;
  }
  const std::string written = read_whole_file(margins);
  EXPECT_EQ(json::parse(written)["margins"], calibration["margins"]);
  std::string adopted = shop_scenario();
  adopted.insert(1, written.substr(1, written.rfind('}') - 1) + ",");
  const TareOutcome check = tare.run({"check", tare.write("adopted.json", adopted)});
  EXPECT_EQ(check.code, 0) << check.errors << adopted;
}

TEST(Calibrate, BudgetForFewerThanSixPairsIsNotValidAndSaysWhatToDo) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const TareOutcome outcome = tare.run({"calibrate", scenario, "--budget", "1s", "--set",
                                        "measure_s=0.4", "--results", tare.results().string()});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("--budget"), std::string::npos) << outcome.out;
  EXPECT_EQ(tare.servers_running(), 0);
}

TEST(Calibrate, InterruptedLeavesNothing) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const TareOutcome outcome =
      tare.run({"calibrate", scenario, "--results", tare.results().string()}, 6s,
               [](Subprocess& process) { process.send(SIGINT); });
  EXPECT_EQ(outcome.code, 130) << outcome.errors;
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());
  EXPECT_TRUE(tare.result_folders("shop").empty());
}

TEST(Calibrate, WrongOptionsAreUsageErrorsBeforeAnythingStarts) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--pairs", "5"},
                                                {"--budget", "10m", "--pairs", "6"},
                                                {"--within", "7"},
                                                {"--margins", "/nowhere/margins.json"}}) {
    std::vector<std::string> arguments = {"calibrate", scenario};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(tare.run(arguments).code, 4) << wrong[0];
  }
  EXPECT_TRUE(tare.result_folders("shop").empty());
}

}  // namespace
}  // namespace tare
