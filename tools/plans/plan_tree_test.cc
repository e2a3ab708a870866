#include "tools/plans/plan_tree.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "tools/plans/fingerprint.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

std::string explained(const std::string& node) {
  return "[{\"Plan\":" + node + "}]";
}

PlanTree read_node(const std::string& node) {
  return read_plan_tree(explained(node));
}

// PostgreSQL 18's answer to a join of two tables with ANALYZE, BUFFERS, WAL and SETTINGS.
const char kJoin[] = R"json([{"Plan": {"Node Type": "Nested Loop", "Parallel Aware": false,
  "Async Capable": false, "Join Type": "Inner", "Startup Cost": 0.29, "Total Cost": 16.5,
  "Plan Rows": 2, "Actual Rows": 2.50, "Actual Loops": 1, "Disabled": true,
  "Shared Hit Blocks": 5, "Shared Read Blocks": 2, "Local Hit Blocks": 3, "Local Read Blocks": 4,
  "Temp Read Blocks": 6, "Temp Written Blocks": 7, "WAL Records": 1, "WAL FPI": 2, "WAL Bytes": 3,
  "Plans": [
   {"Node Type": "Sort", "Parent Relationship": "Outer", "Parallel Aware": false,
    "Sort Key": ["o.created DESC", "lower(o.status)"], "Sort Method": "quicksort",
    "Workers Planned": 2, "Workers Launched": 1, "Actual Rows": 0, "Actual Loops": 0,
    "Plans": [{"Node Type": "Seq Scan", "Parent Relationship": "Outer", "Parallel Aware": true,
      "Relation Name": "orders", "Schema": "public", "Alias": "o",
      "Filter": "(status = 'done'::text)", "Rows Removed by Filter": 9}]},
   {"Node Type": "Index Scan", "Parent Relationship": "Inner", "Scan Direction": "Backward",
    "Index Name": "customers_pkey", "Relation Name": "customers", "Alias": "c",
    "Index Cond": "(id = o.customer_id)", "Rows Removed by Index Recheck": 1}]},
  "Settings": {"work_mem": "64kB", "odd": 3},
  "Planning": {"Shared Hit Blocks": 8}, "Planning Time": 0.5, "Execution Time": 1.5,
  "Triggers": [{"Trigger Name": "audit"}, {"Constraint Name": "key"}, 3],
  "JIT": {"Functions": 4}}])json";

TEST(PlanTree, ReadsStructureAndWork) {
  const PlanTree tree = read_plan_tree(kJoin);
  ASSERT_EQ(tree.nodes.size(), 4u);
  const PlanNode &join = tree.nodes[0], &sort = tree.nodes[1], &orders = tree.nodes[2],
                 &customers = tree.nodes[3];
  EXPECT_EQ(join.join_type, "Inner");
  EXPECT_TRUE(join.disabled);
  EXPECT_EQ(join.blocks, (BlockCounts{5, 2, 3, 4, 6, 7}));
  EXPECT_EQ(join.blocks.logical(), 14);
  EXPECT_EQ(join.blocks.temporary(), 13);
  EXPECT_EQ(join.actual_rows, 2.5);
  EXPECT_EQ(join.wal_records, 1);
  EXPECT_EQ(join.wal_full_page_images, 2);
  EXPECT_EQ(join.wal_bytes, 3);
  EXPECT_EQ(sort.parent, 0);
  EXPECT_EQ(sort.depth, 1);
  EXPECT_EQ(sort.keys, (std::vector<std::pair<std::string, std::vector<std::string>>>{
                           {"Sort Key", {"o.created DESC", "lower(o.status)"}}}));
  EXPECT_EQ(sort.workers_planned, 2);
  EXPECT_EQ(sort.workers_launched, 1);
  EXPECT_EQ(sort.actual_loops, 0);
  EXPECT_EQ(sort.total_cost, std::nullopt);
  EXPECT_EQ(orders.parent, 1);
  EXPECT_EQ(orders.schema, "public");
  EXPECT_TRUE(orders.parallel_aware);
  EXPECT_EQ(orders.rows_removed, 9);
  EXPECT_EQ(customers.parent, 0);
  EXPECT_EQ(customers.scan_direction, "Backward");
  EXPECT_EQ(customers.index, "customers_pkey");
  EXPECT_EQ(
      customers.conditions,
      (std::vector<std::pair<std::string, std::string>>{{"Index Cond", "(id = o.customer_id)"}}));
}

TEST(PlanTree, ReadsWhatStandsBesideThePlan) {
  const PlanTree tree = read_plan_tree(kJoin);
  EXPECT_EQ(tree.settings, (std::map<std::string, std::string>{{"work_mem", "64kB"}}));
  ASSERT_TRUE(tree.planning_blocks);
  EXPECT_EQ(tree.planning_blocks->shared_hit, 8);
  EXPECT_EQ(tree.planning_ms, 0.5);
  EXPECT_EQ(tree.execution_ms, 1.5);
  EXPECT_EQ(tree.triggers, (std::vector<std::string>{"audit", "key", "(unnamed)"}));
  EXPECT_TRUE(tree.jit);
  EXPECT_TRUE(tree.analyzed);
  EXPECT_FALSE(tree.generic);
}

TEST(PlanTree, ReadsAutoExplain) {
  const PlanTree tree = read_plan_tree(R"json({"Query Text": "SELECT 1",
    "Query Parameters": "$1 = '5'", "Plan": {"Node Type": "Result"}})json");
  EXPECT_EQ(tree.query, "SELECT 1");
  EXPECT_EQ(tree.parameters, "$1 = '5'");
  EXPECT_FALSE(tree.analyzed);
}

TEST(PlanTree, ReadsTheRarerFields) {
  const PlanTree tree = read_plan_tree(explained(R"json({"Node Type": "Aggregate",
    "Strategy": "Mixed", "Partial Mode": "Simple", "Single Copy": true, "Cache Key": "o.id",
    "Cache Mode": "logical", "Sampling Method": "system", "Sampling Parameters": ["'10'::real"],
    "Conflict Resolution": "NOTHING", "Conflict Arbiter Indexes": ["a_key"], "Command": "Intersect",
    "Operation": "Merge", "CTE Name": "w", "Function Name": "f", "Subplan Name": "CTE w",
    "Grouping Sets": [{"Hash Keys": [["a", "b"], []]}, {"Group Keys": [["c"]]}],
    "Target Tables": [{"Relation Name": "t_1", "Schema": "s"}, {"Relation Name": "t_2"}]})json"));
  const PlanNode& node = tree.nodes.front();
  EXPECT_EQ(node.strategy, "Mixed");
  EXPECT_EQ(node.partial_mode, "Simple");
  EXPECT_EQ(node.command, "Intersect");
  EXPECT_EQ(node.operation, "Merge");
  EXPECT_EQ(node.cte, "w");
  EXPECT_EQ(node.function, "f");
  EXPECT_EQ(node.subplan_name, "CTE w");
  EXPECT_TRUE(node.single_copy);
  EXPECT_EQ(node.options,
            (std::vector<std::pair<std::string, std::string>>{{"Cache Mode", "logical"},
                                                              {"Sampling Method", "system"},
                                                              {"Conflict Resolution", "NOTHING"}}));
  ASSERT_EQ(node.keys.size(), 4u);
  EXPECT_EQ(node.keys[0].second,
            (std::vector<std::string>{"(", "Hash Keys", "(", "(", "a", "b", ")", "(", ")", ")", ")",
                                      "(", "Group Keys", "(", "(", "c", ")", ")", ")"}));
  EXPECT_EQ(node.keys[2].second, (std::vector<std::string>{"s.t_1", "t_2"}));
}

TEST(PlanTree, KnowsAGenericPlanFromAnInitPlansParameter) {
  EXPECT_TRUE(read_node(R"json({"Node Type":"Seq Scan","Filter":"(id = $1)"})json").generic);
  EXPECT_TRUE(read_node(R"json({"Node Type":"Limit","Sort Key":["(id + $2)"]})json").generic);
  EXPECT_FALSE(
      read_node(R"json({"Node Type":"Seq Scan","Filter":"(id = '$1'::text)"})json").generic);
  const std::string init = R"json({"Node Type":"Seq Scan","Filter":"(id = $1)","Plans":[
    {"Node Type":"Result","Parent Relationship":"InitPlan",
     "Subplan Name":"InitPlan 1 (returns $1)"}]})json";
  EXPECT_FALSE(read_node(init).generic);
}

TEST(PlanTree, RefusesWhatIsNoPlan) {
  for (const std::string text :
       {"", "[", "{}", "[]", "[{}]", "[{\"Plan\":1}]", "[{\"Plan\":{}}]", "null", "3", "[3]",
        "[\"Utility Statement\"]", "[{\"Plan\":{\"Node Type\":7}}]",
        "[{\"Plan\":{\"Node Type\":\"A\",\"Plans\":3}}]", "[{\"Plan\":{\"Node Type\":NaN}}]",
        "[{\"Plan\":{\"Node Type\":\"A\"}},{\"Plan\":{\"Node Type\":\"A\"}}]",
        "[{\"Plan\":{\"Node Type\":\"A\",\"Plans\":[1]}}]", "Seq Scan on a  (cost=0..1)"}) {
    try {
      read_plan_tree(text);
      ADD_FAILURE() << "took " << text;
    } catch (const std::runtime_error& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("not a plan")) << error.what();
    }
  }
}

TEST(PlanTree, TakesOddNumbersForNone) {
  const PlanNode node = read_node(R"({"Node Type":"A","Actual Rows":-5,"Plan Rows":"x",
    "Shared Hit Blocks":1e300,"Shared Read Blocks":"9","Rows Removed by Filter":1.7e308,
    "Rows Removed by Join Filter":1.7e308,"Alias":[1],"Sort Key":{"a":[null]},"Filter":7})")
                            .nodes.front();
  EXPECT_EQ(node.actual_rows, std::nullopt);
  EXPECT_EQ(node.plan_rows, std::nullopt);
  EXPECT_EQ(node.blocks, BlockCounts{});
  EXPECT_EQ(node.rows_removed, 0);
  EXPECT_TRUE(node.alias.empty());
  EXPECT_TRUE(node.conditions.empty());
}

// Every cut and every flipped byte gives a plan or a reason; in the time of a hang guard.
TEST(PlanTree, SurvivesDamage) {
  const auto start = std::chrono::steady_clock::now();
  const std::string whole = kJoin;
  const auto tried = [](const std::string& text) {
    try {
      fingerprints(read_plan_tree(text));
      return true;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()), "");
      return false;
    }
  };
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(tried(whole.substr(0, length))) << length;
  }
  int read = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int flip : {1, 4, 32, 128, 255}) {
      std::string damaged = whole;
      damaged[i] = char(damaged[i] ^ flip);
      read += tried(damaged);
    }
  }
  EXPECT_GT(read, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
}

TEST(PlanTree, BearsLargeAndDeepPlans) {
  const auto start = std::chrono::steady_clock::now();
  std::string wide = R"({"Node Type":"Append","Plans":[)";
  for (int i = 0; i < 10'000; ++i) {
    const std::string number = std::to_string(i);
    wide +=
        R"json({"Node Type":"Seq Scan","Parent Relationship":"Member","Relation Name":"part)json" +
        number + R"json(","Alias":"part_)json" + number + R"json(","Filter":"(id = 5)"},)json";
  }
  wide.back() = ']';
  const PlanTree tree = read_node(wide + "}");
  EXPECT_EQ(tree.nodes.size(), 10'001u);
  EXPECT_EQ(fingerprints(tree).plan.size(), 16u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST(PlanTree, BoundsDepthAndSize) {
  const auto chain = [](int levels) {
    std::string text;
    for (int i = 1; i < levels; ++i) text += R"({"Node Type":"Append","Plans":[)";
    text += R"({"Node Type":"A"})";
    for (int i = 1; i < levels; ++i) text += "]}";
    return text;
  };
  const PlanTree deepest = read_node(chain(kDeepestPlan));
  EXPECT_EQ(deepest.nodes.size(), size_t(kDeepestPlan));
  EXPECT_EQ(fingerprints(deepest).plan.size(), 16u);
  EXPECT_THROW(read_node(chain(kDeepestPlan + 1)), std::runtime_error);
  EXPECT_THROW(read_node(chain(200'000)), std::runtime_error);
  std::string many = R"({"Node Type":"Append","Plans":[{"Node Type":"A"})";
  for (size_t i = 0; i < kMostPlanNodes; ++i) many += R"(,{"Node Type":"A"})";
  EXPECT_THROW(read_node(many + "]}"), std::runtime_error);
}

}  // namespace
}  // namespace tare
