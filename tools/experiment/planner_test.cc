#include "tools/experiment/planner.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_versions.h"
#include "tools/experiment/planner_fixture.h"

namespace tare {
namespace {

void plans_for_each_parameter_and_leaves_the_session_alone(PostgresControl& postgres) {
  {
    Planner planner(postgres, kByStatus, std::chrono::seconds(5));
    EXPECT_EQ(planner.parameters(), 1u);
    EXPECT_EQ(top_of(planner.plan({"done"})), "Seq Scan");
    EXPECT_NE(top_of(planner.plan({"failed"})), "Seq Scan");
    EXPECT_EQ(top_of(planner.plan({std::nullopt})), "Result");
    const PlannerSettings no_seq = {{"enable_seqscan", "off"}};
    EXPECT_NE(top_of(planner.plan({"done"}, no_seq)), "Seq Scan");
    EXPECT_EQ(top_of(planner.plan({"done"})), "Seq Scan") << "the setting is gone";
    EXPECT_THROW(planner.plan({"a", "b"}), SqlError);
    EXPECT_EQ(top_of(planner.plan({"done"})), "Seq Scan") << "after an error it goes on";
    EXPECT_TRUE(read_plan_tree(planner.generic_plan({"done"})).generic);
  }
  EXPECT_EQ(postgres.value("SHOW plan_cache_mode"), "auto");
  EXPECT_EQ(postgres.value("SHOW statement_timeout"), "0");
  EXPECT_EQ(postgres.value("SELECT count(*) FROM pg_prepared_statements"), "0");
}

void executes_and_rolls_back(PostgresControl& postgres) {
  Planner planner(postgres, "DELETE FROM orders WHERE id <= $1", std::chrono::seconds(5));
  const PlanTree tree = read_plan_tree(planner.measure({"100"}));
  EXPECT_TRUE(tree.analyzed);
  EXPECT_GT(tree.nodes.front().wal_bytes, 0);
  EXPECT_EQ(postgres.value("SELECT count(*) FROM orders"), "20000");
}

void a_slow_statement_is_cut_off(PostgresControl& postgres) {
  Planner planner(postgres, "SELECT pg_sleep($1::float8)", std::chrono::milliseconds(100));
  EXPECT_THROW(planner.measure({"30"}), SqlError);
  EXPECT_EQ(top_of(planner.measure({"0"})), "Result");
}

// After five times the common value the generic plan is no dearer, after five rare ones it is.
void tells_whether_a_session_goes_generic(PostgresControl& postgres) {
  Planner planner(postgres, kByStatus, std::chrono::seconds(5));
  EXPECT_TRUE(planner.switches_after(std::vector<Parameters>(5, {"done"})));
  EXPECT_FALSE(planner.switches_after(std::vector<Parameters>(5, {"failed"})));
  EXPECT_EQ(top_of(planner.plan({"done"})), "Seq Scan") << "afterwards each parameter has its plan";
}

class PlannerOnServer : public testing::TestWithParam<TestVersion> {};

// One server of each version for all of it: starting it takes longer than the rest.
TEST_P(PlannerOnServer, PlansAndExecutes) {
  OrdersServer server(GetParam().bin);
  plans_for_each_parameter_and_leaves_the_session_alone(server.postgres());
  executes_and_rolls_back(server.postgres());
  a_slow_statement_is_cut_off(server.postgres());
  tells_whether_a_session_goes_generic(server.postgres());
}

INSTANTIATE_TEST_SUITE_P(All, PlannerOnServer, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
