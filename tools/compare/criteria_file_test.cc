#include "tools/compare/criteria_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/model/problem.h"

namespace tare {
namespace {

// Figures that need all of their bits.
Criteria whole_criteria() {
  Criteria out;
  out.margins = {{"response_time_tm95", 1.0 / 30}, {"failed_share", 0.1 + 0.2}};
  out.limits = {{"page", std::nextafter(20.0, 21.0), {}}, {"job import", {}, 0.1}};
  out.expect = {{"page", "response_time_tm95", -1.0 / 3, Bound::at_most},
                {"page", "hit_ratio", 1e-300, Bound::at_least}};
  out.postgres_settings = {"work_mem", "jit"};
  out.redis_settings = {"maxmemory"};
  out.versions = {"postgres"};
  out.other_requests = true;
  out.other_rows = true;
  out.never_asked = {"idle"};
  out.closed_loop = true;
  return out;
}

TEST(CriteriaFile, ComesBackToTheLastBit) {
  EXPECT_EQ(criteria_from_json(criteria_to_json(whole_criteria()), "x"), whole_criteria());
  EXPECT_EQ(criteria_from_json(criteria_to_json({}), "x"), Criteria());
  const std::string text = criteria_to_json(whole_criteria());
  EXPECT_EQ(criteria_to_json(criteria_from_json(text, "x")), text);
}

TEST(CriteriaFile, KeepsEachSwitchApart) {
  for (bool Criteria::*const field :
       {&Criteria::other_requests, &Criteria::other_rows, &Criteria::closed_loop}) {
    Criteria criteria;
    criteria.*field = true;
    EXPECT_EQ(criteria_from_json(criteria_to_json(criteria), "x"), criteria);
  }
}

TEST(CriteriaFile, LeavesTheLevelsToTheLooks) {
  Criteria criteria;
  criteria.levels = {0.002, 0.007};
  EXPECT_EQ(criteria_from_json(criteria_to_json(criteria), "x").levels, Levels());
}

TEST(CriteriaFile, RefusesWhatIsWrong) {
  Criteria odd;
  odd.margins["failed_share"] = std::nan("");
  EXPECT_THROW(criteria_to_json(odd), std::invalid_argument);
  auto document = nlohmann::json::parse(criteria_to_json(whole_criteria()));
  document["expect"][0]["at_least"] = 0.5;  // beside at_most
  EXPECT_THROW(criteria_from_json(document.dump(), "x"), FileProblems);
  document = nlohmann::json::parse(criteria_to_json(whole_criteria()));
  document.erase("closed_loop");
  try {
    criteria_from_json(document.dump(), "criteria.json");
    FAIL() << "read criteria without a field";
  } catch (const FileProblems& problems) {
    EXPECT_EQ(problems.problems().front().file, "criteria.json");
  }
}

TEST(CriteriaFile, LiesInAFolderOrNot) {
  std::string folder = (std::filesystem::temp_directory_path() / "tare-crit-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  EXPECT_EQ(read_criteria(folder), std::nullopt);
  write_criteria(folder, whole_criteria());
  EXPECT_EQ(read_criteria(folder), whole_criteria());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tare
