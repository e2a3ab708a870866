#include "tools/experiment/past_results.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class PastResults : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text, int age_s = 0) {
    const fs::path path = folder_.path() / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(age_s));
  }

  DoctorFacts read(const std::string& scenario = "") {
    DoctorFacts facts;
    read_last_result(folder_.path(), scenario, facts);
    return facts;
  }

  TestFolder folder_;
};

constexpr const char* kFailing = R"({"schema_version": 7, "started_at": "2026-01-01T00:00:00Z",
  "operations": {"view": {"requests": {"scheduled": 100, "ok": 90, "new": 1}, "first_error": "no"}},
  "jobs": {"import": {"runs": {"scheduled": 10, "ok": 6, "failed": 2, "timed_out": 1}},
           "odd": 3}})";

TEST_F(PastResults, NoneIsNone) {
  const DoctorFacts facts = read();
  EXPECT_FALSE(facts.last_result);
  EXPECT_EQ(facts.last_result_problem, "");
  EXPECT_TRUE(read_baselines(folder_.path(), "").empty());
}

TEST_F(PastResults, TheNewestOneCounts) {
  write("shop/old/result.json", R"({"operations": {}})", 1000);
  write("shop/new/result.json", kFailing);
  write("blog/x/result.json", R"({"operations": {}})", 500);
  write("shop/.partial-z/result.json", "{");
  write("baselines/shop/a/result.json", "{}");
  const DoctorFacts facts = read();
  ASSERT_TRUE(facts.last_result);
  EXPECT_TRUE(facts.last_result->folder.ends_with("shop/new"));
  EXPECT_EQ(facts.last_result->operations.at("view").scheduled, 100);
  EXPECT_EQ(facts.last_result->operations.at("view").not_ok, 10);
  EXPECT_EQ(facts.last_result->operations.at("view").first_error, "no");
  EXPECT_EQ(facts.last_result->jobs.at("import").scheduled, 9);
  EXPECT_EQ(facts.last_result->jobs.at("import").not_ok, 3);
  EXPECT_EQ(facts.last_result->jobs.at("odd").scheduled, 0);
  EXPECT_TRUE(read("blog").last_result->folder.ends_with("blog/x"));
}

TEST_F(PastResults, AnExperimentIsItsBaselineTrials) {
  write("shop/e/experiment.json", "{}");
  write("shop/e/trials/01-baseline/result.json", kFailing);
  write("shop/e/trials/01-contender/result.json", kFailing);
  write("shop/e/trials/02-baseline/result.json", kFailing);
  EXPECT_EQ(read().last_result->operations.at("view").scheduled, 200);
}

TEST_F(PastResults, WhatCannotBeReadIsSaid) {
  write("shop/new/result.json", R"({"operations")");
  EXPECT_NE(read().last_result_problem.find("shop/new cannot be read"), std::string::npos);
}

TEST_F(PastResults, BaselinesArePromotedFolders) {
  write("baselines/shop/first/result.json",
        R"({"environment": {"versions": {"postgres": "15"}, "host": {"cpu": "x", "odd": 3}}})");
  fs::create_directory_symlink("first", folder_.path() / "baselines/shop/current");
  fs::create_directories(folder_.path() / "baselines/empty");
  fs::create_directories(folder_.path() / "baselines/broken");
  fs::create_directory_symlink("gone", folder_.path() / "baselines/broken/current");
  const auto baselines = read_baselines(folder_.path(), "");
  ASSERT_EQ(baselines.size(), 2u);
  EXPECT_NE(baselines[0].problem.find("no result.json"), std::string::npos);
  EXPECT_EQ(baselines[1].problem, "");
  EXPECT_EQ(baselines[1].environment.versions.at("postgres"), "15");
  EXPECT_EQ(baselines[1].environment.host, (Settings{{"cpu", "x"}}));
  EXPECT_EQ(read_baselines(folder_.path(), "shop").size(), 1u);
}

}  // namespace
}  // namespace tare
