#include "tools/cli/experiment_outputs.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <nlohmann/json.hpp>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class ExperimentOutputs : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tare-shown-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    shown_.folder = pattern;
    shown_.experiment.scenario = "shop";
    shown_.experiment.pairs = {
        {PairOrder::baseline_first, "trials/01-baseline", "trials/01-contender"}};
    Row row;
    row.operation = "page", row.metric = "response_time_tm95";
    row.gating = Gating::gating, row.verdict = Verdict::regressed;
    shown_.experiment.comparison.rows = {row};
    shown_.experiment.exit_code = 1;
    write_whole_file(shown_.folder / "scenario.json", "{\n\"operations\": {\n\"page\": {}}}");
    for (const char* arm : {"baseline", "contender"}) {
      Result trial;
      HistogramSummary times;
      times.count = 100, times.mean = arm[0] == 'b' ? 1e6 : 2e6;
      trial.operations["page"].response_time_ns = times;
      write_result(shown_.folder / "trials" / (std::string("01-") + arm), trial, {"", "{}", ""});
    }
  }
  void TearDown() override {
    ::unsetenv("GITHUB_WORKSPACE");
    fs::remove_all(shown_.folder);
  }

  std::string in(Format format) const { return experiment_render(shown_)(format, Style()); }

  ShownExperiment shown_;
};

TEST_F(ExperimentOutputs, HaveEveryFormat) {
  EXPECT_NE(in(Format::text).find("verdict (margin)"), std::string::npos);
  EXPECT_EQ(in(Format::markdown).rfind("**Worse: page response tm95 regressed", 0), 0u);
  EXPECT_EQ(json::parse(in(Format::json))["verdict"], "regressed");
  EXPECT_NE(in(Format::junit).find("<failure type=\"regressed\""), std::string::npos);
  EXPECT_EQ(in(Format::github).rfind("::error ", 0), 0u);
}

TEST_F(ExperimentOutputs, ReadTheTrialsForGoogleBenchmark) {
  const auto mean = [](const std::string& text) {
    const json document = json::parse(text);
    for (const json& row : document["benchmarks"]) {
      if (row["name"] == "page/response_time_mean/real_time") return row["real_time"].get<double>();
    }
    return 0.0;
  };
  EXPECT_EQ(mean(in(Format::gbench_baseline)), 1e6);
  EXPECT_EQ(mean(in(Format::gbench_contender)), 2e6);
  EXPECT_EQ(mean(in(Format::gbench_median)), 2e6);
  fs::remove_all(shown_.folder / "trials" / "01-baseline");
  EXPECT_THROW(in(Format::gbench_contender), UsageError);
}

TEST_F(ExperimentOutputs, NameFilesAsTheRepositoryDoes) {
  ::setenv("GITHUB_WORKSPACE", "/checkout", 1);
  shown_.scenario = "/checkout/bench/shop.json";
  EXPECT_NE(in(Format::github).find("::error file=bench/shop.json,line=3,title=page regressed"),
            std::string::npos)
      << in(Format::github);
  shown_.scenario = "/elsewhere/shop.json";
  EXPECT_NE(in(Format::github).find("file=/elsewhere/shop.json,line=3,"), std::string::npos);
}

}  // namespace
}  // namespace tare
