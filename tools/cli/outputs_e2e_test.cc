// --format and -o with the real binary on real servers: what a CI job does.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"

namespace tare {
namespace {

using nlohmann::json;

std::map<std::string, int> rows_by_name(const std::string& text) {
  std::map<std::string, int> names;
  const json document = json::parse(text);
  for (const json& row : document.at("benchmarks")) {
    EXPECT_GT(row.at("real_time").get<double>(), 0);
    EXPECT_GT(row.at("cpu_time").get<double>(), 0);
    EXPECT_EQ(row.at("time_unit"), "ns");
    ++names[row.at("name")];
  }
  return names;
}

class Outputs : public testing::Test {
 protected:
  std::string scenario() const { return tare_.write("shop.json", shop_scenario()); }
  std::string change() const {
    return tare_.write("change.json", shop_change(R"j([{"sql": "DROP INDEX orders_amount"}])j",
                                                  R"j([{"sql":
                                      "CREATE INDEX orders_amount ON orders (amount)"}])j"));
  }
  std::string file(const std::string& name) const { return (tare_.folder() / name).string(); }

  TareRunner tare_;
};

TEST_F(Outputs, OneCommandWritesAllThatCiWants) {
  tare_.set_environment("GITHUB_STEP_SUMMARY", file("summary.md"));
  tare_.set_environment("GITHUB_WORKSPACE", tare_.folder().string());
  tare_.write("summary.md", "before\n");
  const TareOutcome outcome =
      tare_.run({"ab", scenario(), "--change", change(), "--pairs", "2", "--set", "measure_s=1",
                 "--format", "junit", "-o", file("tare.xml"), "--format", "markdown", "-o",
                 file("summary.md"), "--format", "github"});
  // So few requests decide nothing for sure; what is written must say the same as the exit code.
  ASSERT_GE(outcome.code, 0) << outcome.errors;
  ASSERT_LE(outcome.code, 2) << outcome.errors << outcome.out;
  EXPECT_EQ(outcome.out.rfind("::", 0), 0u) << "nothing but annotations: " << outcome.out;
  EXPECT_NE(outcome.out.find("file=change.json,line=1,"), std::string::npos) << outcome.out;
  const std::string exit_code = std::to_string(outcome.code);
  EXPECT_NE(outcome.out.find("(exit code " + exit_code + ")"), std::string::npos);
  EXPECT_NE(read_whole_file(file("tare.xml"))
                .find("<property name=\"exit_code\" value=\"" + exit_code + "\"/>"),
            std::string::npos);
  const std::string summary = read_whole_file(file("summary.md"));
  EXPECT_EQ(summary.rfind("before\n**", 0), 0u) << summary;
  EXPECT_NE(summary.find("| orders_of | response tm95 |"), std::string::npos) << summary;

  const std::string folder =
      (tare_.results() / "shop" / tare_.result_folders("shop").at(0)).string();
  const TareOutcome shown = tare_.run({"show", "--format", "json", folder});
  EXPECT_EQ(json::parse(shown.out).at("exit_code"), outcome.code);
  EXPECT_TRUE(json::parse(shown.out).at("verdict").is_string());
  EXPECT_EQ(json::parse(shown.out).at("reasons").empty(), outcome.code == 0);

  ASSERT_EQ(tare_.run({"show", folder, "--format", "gbench", "-o", file("trials.json")}).code, 0);
  const auto baseline = rows_by_name(read_whole_file(file("trials.baseline.json")));
  EXPECT_EQ(baseline, rows_by_name(read_whole_file(file("trials.contender.json"))));
  EXPECT_EQ(baseline.at("orders_of/response_time_tm95/real_time"), 2) << "a row for each trial";
  const TareOutcome medians = tare_.run({"show", folder, "--format", "gbench-median"});
  EXPECT_EQ(rows_by_name(medians.out).at("orders_of/response_time_tm95/real_time"), 1);
}

TEST_F(Outputs, WhatCannotBeWrittenIsSaidBeforeAnythingIsMeasured) {
  const TareOutcome outcome = tare_.run({"ab", scenario(), "--change", change(), "--format",
                                         "junit", "-o", file("nowhere/tare.xml")});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.errors.find("there is no folder"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(tare_.result_folders("shop").empty());
  EXPECT_EQ(outcome.errors.find("sandbox"), std::string::npos) << "no server was started";
}

}  // namespace
}  // namespace tare
