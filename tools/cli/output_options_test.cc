#include "tools/cli/output_options.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class OutputOptionsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "tare-output-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    ::unsetenv("GITHUB_STEP_SUMMARY");
    fs::remove_all(folder_);
  }

  // What stands in `folder_` begins with "@".
  std::vector<Output> planned(std::vector<std::string> arguments) {
    for (std::string& argument : arguments) {
      if (argument.starts_with("@")) argument = path(argument.substr(1));
    }
    CLI::App app;
    OutputOptions options;
    std::string scenario;
    app.add_option("scenario", scenario);
    add_output_options(app, options);
    arguments.push_back("scenario.json");  // which no option may take for its own
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
    EXPECT_EQ(scenario, "scenario.json");
    return planned_outputs(options);
  }

  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      planned(arguments);
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

using Outputs = std::vector<Output>;

TEST_F(OutputOptionsTest, TheTextGoesToStandardOutputUnlessAnotherDoes) {
  EXPECT_EQ(planned({}), Outputs{Output()});
  EXPECT_EQ(planned({"--format", "markdown"}), (Outputs{{Format::markdown, ""}}));
  EXPECT_EQ(planned({"--format", "junit", "-o", "@a.xml"}),
            (Outputs{Output(), {Format::junit, path("a.xml")}}));
  EXPECT_EQ(planned({"--format", "text", "-o", "@a.txt"}),
            (Outputs{Output(), {Format::text, path("a.txt")}}));
  EXPECT_EQ(planned({"--format", "json", "-o", "-"}), (Outputs{{Format::json, ""}}));
}

TEST_F(OutputOptionsTest, OneCommandSaysAllThatCiWants) {
  EXPECT_EQ(planned({"--format", "junit", "-o", "@tare.xml", "--format", "markdown", "-o", "@sum",
                     "--format", "github"}),
            (Outputs{{Format::junit, path("tare.xml")},
                     {Format::markdown, path("sum")},
                     {Format::github, ""}}));
  EXPECT_EQ(planned({"--format", "text,github"}),
            (Outputs{{Format::text, ""}, {Format::github, ""}}));
}

TEST_F(OutputOptionsTest, AFileBelongsToTheFormatBeforeIt) {
  EXPECT_EQ(planned({"--format", "github", "--format", "junit", "-o", "@a.xml"}),
            (Outputs{{Format::github, ""}, {Format::junit, path("a.xml")}}));
  EXPECT_EQ(planned({"--format=junit,markdown", "--output=" + path("a"), "-o", "@b"}),
            (Outputs{Output(), {Format::junit, path("a")}, {Format::markdown, path("b")}}));
}

TEST_F(OutputOptionsTest, TheNthFileBelongsToTheNthFormat) {
  EXPECT_EQ(planned({"-o", "@a", "--format", "junit"}),
            (Outputs{Output(), {Format::junit, path("a")}}));
  EXPECT_EQ(planned({"--format", "junit", "--format", "json", "-o", "@a", "-o", "@b"}),
            (Outputs{Output(), {Format::junit, path("a")}, {Format::json, path("b")}}));
}

TEST_F(OutputOptionsTest, GbenchIsAFileForEachArm) {
  EXPECT_EQ(planned({"--format", "gbench", "-o", "@a.b.json"}),
            (Outputs{Output(),
                     {Format::gbench_baseline, path("a.b.baseline.json")},
                     {Format::gbench_contender, path("a.b.contender.json")}}));
  EXPECT_EQ(planned({"--format", "gbench", "-o", "@a"})[1].file, path("a.baseline"));
  EXPECT_NE(refusal({"--format", "gbench"}).find("--format gbench -o trials.json"),
            std::string::npos);
  EXPECT_NE(refusal({"--format", "gbench", "-o", "-"}), "");
  EXPECT_EQ(planned({"--format", "gbench-median"}), (Outputs{{Format::gbench_median, ""}}));
}

TEST_F(OutputOptionsTest, RefusesBeforeAnythingIsMeasured) {
  EXPECT_NE(refusal({"--format", "junlt"}).find("junit"), std::string::npos);
  EXPECT_NE(refusal({"--format", ""}).find("there is no format"), std::string::npos);
  EXPECT_NE(refusal({"-o", "@a"}).find("which format is -o"), std::string::npos);
  EXPECT_NE(refusal({"--format", "junit", "-o", "@a", "-o", "@b"}).find("which format"),
            std::string::npos);
  EXPECT_NE(refusal({"--format", "junit,json", "-o", "@a"}).find("fewer -o than names"),
            std::string::npos);
  EXPECT_NE(refusal({"--format", "junit,github"}).find("junit, github would all be on standard"),
            std::string::npos);
  EXPECT_NE(refusal({"--format", "junit", "-o", "@no/a.xml"}).find("there is no folder"),
            std::string::npos);
  EXPECT_NE(refusal({"--format", "junit", "-o", "@"}).find("is a folder"), std::string::npos);
  EXPECT_NE(refusal({"--format", "junit", "-o", ""}).find("is empty"), std::string::npos)
      << "a variable that is not set";
  EXPECT_NE(refusal({"--format", "junit", "-o", "@a", "--format", "json", "-o", "@./a"})
                .find("given twice"),
            std::string::npos);
}

std::string word(Format format, const Style& style) {
  return style.colour == Colour::on ? "painted" : format == Format::text ? "text\n" : "other\n";
}

TEST_F(OutputOptionsTest, WritesEachWhereItBelongs) {
  write_whole_file(path("a"), "old");
  testing::internal::CaptureStdout();
  write_outputs({Output(), {Format::junit, path("a")}}, word);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "text\n");
  EXPECT_EQ(read_whole_file(path("a")), "other\n");
}

TEST_F(OutputOptionsTest, AddsToTheSummaryOfAStep) {
  ::setenv("GITHUB_STEP_SUMMARY", path("summary").c_str(), 1);
  write_whole_file(path("summary"), "before\n");
  write_outputs({{Format::markdown, path("summary")}}, word);
  EXPECT_EQ(read_whole_file(path("summary")), "before\nother\n");
}

TEST_F(OutputOptionsTest, AFileThatCannotBeWrittenStopsNoOther) {
  testing::internal::CaptureStdout();
  std::string message;
  try {
    write_outputs({{Format::junit, path("gone/a")}, Output(), {Format::json, path("b")}}, word);
  } catch (const UsageError& error) {
    message = error.what();
  }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "text\n");
  EXPECT_EQ(read_whole_file(path("b")), "other\n");
  EXPECT_NE(message.find(path("gone/a") + " cannot be written"), std::string::npos);
}

}  // namespace
}  // namespace tare
