#include "bench/model/plan_map_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "bench/model/problem.h"

namespace tare {
namespace {

PlanMap full_map() {
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  query.sql = "SELECT 1";
  query.fingerprint = "0123";
  query.share = 0.25;
  query.columns = {{1, "public", "orders", "status", "="}};
  query.points = {{{"done", std::nullopt}, "drawn", 0.5, 0.98, "aa"}, {{}, "NULL", 0, {}, ""}};
  PlanClass found;
  found.shape = "s";
  found.plan = "aa";
  found.access = "c";
  found.summary = "Seq Scan on orders";
  found.share = 1;
  found.points = 2;
  found.lowest_selectivity = 0.1;
  found.highest_selectivity = 0.98;
  found.example = {"done", std::nullopt};
  found.margin = -0.01;
  found.next_best = "Index Scan";
  found.next_best_plan = "bb";
  query.classes = {found, PlanClass{}};
  query.boundaries = {{1, "orders.status", "aa", "bb", 0.31, 0.34, "x", "y"}};
  query.measured = {{{"done", std::nullopt},
                     "aa",
                     {100, 2, 12.5, 3, 44, 5},
                     {{"Seq Scan on orders", 5, 1, 2, 2.5}},
                     R"j([{"Plan":{"Node Type":"Seq Scan","Alias":"a"}}])j"}};
  query.generic_plan = "cc";
  query.generic_summary = "Index Scan";
  query.switches = true;
  query.notes = {"no statistics"};
  PlanMap map;
  map.scenario = "shop";
  map.state = "baseline";
  map.taken_at = "2026-01-31T12:00:00Z";
  map.postgres = "15.18";
  map.queries = {query};
  map.notes = {"note"};
  return map;
}

TEST(PlanMapFile, GivesBackWhatWasWritten) {
  const std::string text = plan_map_to_json(full_map());
  EXPECT_EQ(plan_map_from_json(text, "here"), full_map());
  EXPECT_LT(text.find("\"Node Type\""), text.find("\"Alias\"")) << "PostgreSQL's order of keys";
}

TEST(PlanMapFile, LiesOnDisk) {
  const auto file = std::filesystem::path(testing::TempDir()) / "plan_map.json";
  write_plan_map(file, full_map());
  EXPECT_EQ(read_plan_map(file), full_map());
  std::filesystem::remove(file);
  EXPECT_THROW(read_plan_map(file), FileProblems);
}

TEST(PlanMapFile, RefusesWhatIsBroken) {
  const std::string text = plan_map_to_json(full_map());
  EXPECT_THROW(plan_map_from_json(text.substr(0, text.size() / 2), "cut"), FileProblems);
  EXPECT_THROW(plan_map_from_json("[]", "list"), FileProblems);
  std::string unknown = text;
  unknown.replace(unknown.find("\"scenario\""), 10, "\"scenari0\"");
  EXPECT_THROW(plan_map_from_json(unknown, "unknown"), FileProblems);
}

TEST(PlanMapFile, RefusesNumbersThatAreNone) {
  PlanMap map = full_map();
  map.queries[0].share = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(plan_map_to_json(map), std::invalid_argument);
}

}  // namespace
}  // namespace tare
