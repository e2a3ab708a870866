#include "tools/compare/stored_plan_maps.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "bench/model/plan_map_file.h"
#include "bench/model/problem.h"
#include "bench/model/result_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

class StoredPlanMaps : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "to"); }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_ = fs::path(testing::TempDir()) / "stored_plan_maps";
};

PlanMap map_of_one_query() {
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  PlanMap map;
  map.queries = {query};
  return map;
}

TEST_F(StoredPlanMaps, NeedBothMaps) {
  EXPECT_FALSE(stored_map_difference(folder_, {}).has_value());
  write_plan_map(folder_ / kBaselineMap, map_of_one_query());
  EXPECT_FALSE(stored_map_difference(folder_, {}).has_value());
  write_plan_map(folder_ / kContenderMap, map_of_one_query());
  const auto found = stored_map_difference(folder_, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->compared, 1);
}

TEST_F(StoredPlanMaps, ThatAreBrokenAreRefused) {
  write_plan_map(folder_ / kBaselineMap, map_of_one_query());
  write_whole_file(folder_ / kContenderMap, "{");
  EXPECT_THROW(stored_map_difference(folder_, {}), FileProblems);
}

TEST_F(StoredPlanMaps, AreCopiedWhereTheyAre) {
  copy_plan_maps(folder_, folder_ / "to");
  EXPECT_TRUE(fs::is_empty(folder_ / "to"));
  write_plan_map(folder_ / kBaselineMap, map_of_one_query());
  copy_plan_maps(folder_, folder_ / "to");
  EXPECT_TRUE(fs::exists(folder_ / "to" / kBaselineMap));
  EXPECT_FALSE(fs::exists(folder_ / "to" / kContenderMap));
}

}  // namespace
}  // namespace tare
