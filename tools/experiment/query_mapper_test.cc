#include "tools/experiment/query_mapper.h"

#include <gtest/gtest.h>

#include "tools/experiment/planner_fixture.h"

namespace tare {
namespace {

TEST(QueryMapper, TellsPlansCallsBoundariesAndWork) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  query.sql = kByStatus;
  std::vector<DrawnParameters> drawn(30, {"done"});
  drawn.resize(40, {"open"});
  map_query(postgres, {}, drawn, nullptr, query);
  ASSERT_EQ(query.columns.size(), 1u);
  EXPECT_EQ(query.columns[0].column, "status");
  ASSERT_GE(query.classes.size(), 2u);
  EXPECT_DOUBLE_EQ(query.classes[0].share, 0.75);
  EXPECT_EQ(query.classes[0].example, Parameters{"done"});
  EXPECT_EQ(query.classes[0].summary, "Seq Scan on orders");
  EXPECT_FALSE(query.boundaries.empty());
  EXPECT_FALSE(query.measured.empty());
  EXPECT_GT(query.measured[0].work.logical_reads, 100);
  EXPECT_TRUE(query.switches);
  const QueryMap before = query;
  QueryMap again;
  again.operation = "list";
  again.step = "rows";
  again.sql = kByStatus;
  postgres.execute("DROP INDEX orders_status_idx");
  map_query(postgres, {}, drawn, &before, again);
  ASSERT_EQ(again.points.size(), before.points.size());
  for (size_t i = 0; i < before.points.size(); ++i) {
    EXPECT_EQ(again.points[i].parameters, before.points[i].parameters);
  }
}

TEST(QueryMapper, NotesWhatIsRefused) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  QueryMap query;
  query.sql = "SELECT nothing FROM orders WHERE id = $1";
  map_query(postgres, {}, {{"1"}}, nullptr, query);
  ASSERT_FALSE(query.notes.empty());
  EXPECT_NE(query.notes.back().find("PostgreSQL refuses it"), std::string::npos);
  QueryMap wrong;
  wrong.sql = "SELECT note FROM orders WHERE id = $1";
  map_query(postgres, {}, {{"x"}, {"5"}}, nullptr, wrong);
  EXPECT_FALSE(wrong.notes.empty());
  EXPECT_FALSE(wrong.classes.empty()) << "the other parameters go on";
}

}  // namespace
}  // namespace tare
