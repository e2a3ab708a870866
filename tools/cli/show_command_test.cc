#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "tools/cli/command.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class ShowCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tare-show-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // What `tare show ARGUMENTS` prints.
  std::string shown(std::vector<std::string> arguments) {
    CLI::App app;
    CommandLine line;
    add_show_command(app, line);
    arguments.insert(arguments.begin(), "show");
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    testing::internal::CaptureStdout();
    int code = -1;
    try {
      code = line.chosen({});
    } catch (...) {
      testing::internal::GetCapturedStdout();
      throw;
    }
    std::fflush(stdout);
    EXPECT_EQ(code, 0);
    return testing::internal::GetCapturedStdout();
  }

  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      shown(arguments);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  Result result(const std::string& arm) {
    Result out;
    out.scenario = "s";
    out.arm = arm;
    Plan plan;
    plan.operation = "page", plan.step = "query";
    plan.explain_json = R"([{"Plan":{"Node Type":"Scan of )" + arm + R"("}}])";
    Plan failed;
    failed.operation = "other", failed.step = "query", failed.error = "no table";
    out.plans = {plan, failed};
    return out;
  }

  fs::path folder_;
};

TEST_F(ShowCommand, PrintsAResult) {
  write_result(folder_, result("baseline"), {"", "{}", ""});
  EXPECT_NE(shown({folder_.string()}).find("requests"), std::string::npos);
  EXPECT_EQ(shown({folder_.string(), "--format", "json"}), result_to_json(result("baseline")));
  const std::string plan = shown({folder_.string(), "--plan", "page"});
  EXPECT_EQ(nlohmann::json::parse(plan)[0]["Plan"]["Node Type"], "Scan of baseline");
  EXPECT_EQ(shown({folder_.string(), "--plan", "page/query"}), plan);
}

TEST_F(ShowCommand, PrintsAnExperiment) {
  Experiment experiment;
  experiment.scenario = "s";
  experiment.change = "index";
  experiment.pairs = {{PairOrder::baseline_first, "trials/01-baseline", "trials/01-contender"}};
  write_experiment(folder_, experiment);
  for (const char* arm : {"baseline", "contender"}) {
    write_result(folder_ / "trials" / (std::string("01-") + arm), result(arm), {"", "{}", ""});
  }
  EXPECT_NE(shown({folder_.string()}).find("change: index"), std::string::npos);
  EXPECT_EQ(shown({folder_.string(), "--format", "json"}), experiment_to_json(experiment));
  EXPECT_NE(shown({folder_.string(), "--plan", "page"}).find("Scan of contender"),
            std::string::npos);
  EXPECT_NE(shown({folder_.string(), "--plan", "page", "--arm", "baseline"}).find("of baseline"),
            std::string::npos);
}

TEST_F(ShowCommand, SaysWhatItLookedFor) {
  EXPECT_NE(refusal({(folder_ / "nowhere").string()}).find("is not a folder"), std::string::npos);
  EXPECT_NE(refusal({folder_.string()}).find("neither experiment.json nor result.json"),
            std::string::npos);
  write_result(folder_, result("baseline"), {"", "{}", ""});
  EXPECT_NE(refusal({folder_.string(), "--plan", "pages"}).find("page/query"), std::string::npos);
  EXPECT_NE(refusal({folder_.string(), "--plan", "page/quer"}), "");
  EXPECT_NE(refusal({folder_.string(), "--plan", "other"}).find("no table"), std::string::npos);
}

}  // namespace
}  // namespace tare
