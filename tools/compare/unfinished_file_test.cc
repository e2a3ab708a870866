#include "tools/compare/unfinished_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "bench/model/errors.h"
#include "bench/model/problem.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class UnfinishedFile : public ::testing::Test {
 protected:
  UnfinishedFile() {
    std::string pattern = (fs::temp_directory_path() / "tare-unfinished-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directory(folder_ / "experiment");
    for (const char* name : {"scenario.json", "change.json"}) {
      write_whole_file(folder_ / name, std::string("the text of ") + name);
      write_whole_file(folder_ / "experiment" / name, std::string("the text of ") + name);
    }
    unfinished_.scenario_file = folder_ / "scenario.json";
    unfinished_.change_file = folder_ / "change.json";
    unfinished_.settings = {{"rate_per_s", "400"}};
    unfinished_.pairs = 6;
    unfinished_.turn_ms = 100;
    unfinished_.experiment.scenario = "shop";
    unfinished_.experiment.pairs = {{PairOrder::contender_first, "trials/01-b", "trials/01-c"}};
    unfinished_.experiment.found_invalid = {"a reason"};
    unfinished_.experiment.rollback = {RollbackStatus::equal, ""};
  }
  ~UnfinishedFile() override { fs::remove_all(folder_); }

  std::string refusal() const {
    try {
      read_unfinished(folder_ / "experiment");
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  Unfinished unfinished_;
};

TEST_F(UnfinishedFile, ComesBackExactly) {
  write_unfinished(folder_ / "experiment", unfinished_);
  EXPECT_TRUE(is_unfinished(folder_ / "experiment"));
  EXPECT_EQ(read_unfinished(folder_ / "experiment"), unfinished_);
  EXPECT_EQ(read_whole_file(folder_ / "experiment" / "unfinished.json").find("\"verdict\""),
            std::string::npos)
      << "there is none yet";
}

TEST_F(UnfinishedFile, TakesOverWhatAnOlderTareFound) {
  unfinished_.experiment.comparison.invalid_reasons = {"an older reason"};
  write_unfinished(folder_ / "experiment", unfinished_);
  const Experiment read = read_unfinished(folder_ / "experiment").experiment;
  EXPECT_TRUE(read.comparison.invalid_reasons.empty());
  EXPECT_EQ(read.found_invalid, (std::vector<std::string>{"a reason", "an older reason"}));
}

TEST_F(UnfinishedFile, RefusesFilesThatHaveChanged) {
  write_unfinished(folder_ / "experiment", unfinished_);
  write_whole_file(folder_ / "change.json", "another text");
  EXPECT_NE(refusal().find("change.json has changed since the experiment began"), std::string::npos)
      << refusal();
  fs::remove(folder_ / "scenario.json");
  EXPECT_NE(refusal().find("scenario.json is gone"), std::string::npos) << refusal();
}

TEST_F(UnfinishedFile, SaysWhatAFolderIsInstead) {
  EXPECT_NE(refusal().find("holds no unfinished.json"), std::string::npos) << refusal();
  write_experiment(folder_ / "experiment", Experiment());
  EXPECT_NE(refusal().find("is finished"), std::string::npos) << refusal();
  write_whole_file(folder_ / "experiment" / "unfinished.json", "{\"schema_version\": 1");
  EXPECT_THROW(read_unfinished(folder_ / "experiment"), FileProblems);
}

}  // namespace
}  // namespace tare
