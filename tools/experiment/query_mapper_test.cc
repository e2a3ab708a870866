#include "tools/experiment/query_mapper.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/experiment/partition_roots.h"
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
  map_query(postgres, {{}, drawn}, query);
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
  map_query(postgres, {{}, drawn, &before}, again);
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
  map_query(postgres, {{}, {{"1"}}}, query);
  ASSERT_FALSE(query.notes.empty());
  EXPECT_NE(query.notes.back().find("PostgreSQL refuses it"), std::string::npos);
  QueryMap wrong;
  wrong.sql = "SELECT note FROM orders WHERE id = $1";
  map_query(postgres, {{}, {{"x"}, {"5"}}}, wrong);
  EXPECT_FALSE(wrong.notes.empty());
  EXPECT_FALSE(wrong.classes.empty()) << "the other parameters go on";
}

bool has_note(const QueryMap& query, const std::string& words) {
  return std::any_of(query.notes.begin(), query.notes.end(), [&](const std::string& note) {
    return note.find(words) != std::string::npos;
  });
}

TEST(QueryMapper, ExecutesTheGenericPlanWhereSessionsGoOverToIt) {
  OrdersServer server;
  QueryMap query;
  query.sql = kByStatus;
  const std::vector<DrawnParameters> drawn(30, {"done"});
  map_query(server.postgres(), {{}, drawn}, query);
  ASSERT_TRUE(query.switches);
  EXPECT_EQ(query.generic_share, 1);
  QueryMap mixed;
  mixed.sql = kByStatus;
  std::vector<DrawnParameters> some(20, {"done"});
  some.resize(40, {"failed"});
  map_query(server.postgres(), {{}, some}, mixed);
  EXPECT_EQ(mixed.generic_share, 0.5) << "four sessions of eight are asked for rare ones first";
  for (const MeasuredPoint& each : query.measured) {
    ASSERT_TRUE(each.generic_work.has_value());
    EXPECT_TRUE(read_plan_tree(each.generic_json).generic);
  }
  QueryMap unprepared;
  unprepared.sql = kByStatus;
  map_query(server.postgres(), {{}, drawn, nullptr, false}, unprepared);
  EXPECT_FALSE(unprepared.switches) << "a plan for each set of parameters";
  EXPECT_FALSE(unprepared.measured.at(0).generic_work.has_value());
}

TEST(QueryMapper, TellsWhatWasRefusedOnceForEachKind) {
  OrdersServer server;
  QueryMap query;
  query.sql = "SELECT 10 / (id - $1::int) FROM orders WHERE id < 5";
  map_query(server.postgres(), {{}, {{"1"}, {"2"}, {"3"}, {"70"}}}, query);
  EXPECT_TRUE(has_note(query, "not executed: division by zero with 1, and 2 others"));
  const auto refused = std::count_if(query.points.begin(), query.points.end(),
                                     [](const MapPoint& point) { return !point.error.empty(); });
  EXPECT_EQ(refused, 3);
}

TEST(QueryMapper, SamplesListsWithLists) {
  OrdersServer server;
  QueryMap query;
  query.sql = "SELECT note FROM orders WHERE status = ANY ($1)";
  map_query(server.postgres(), {{}, {{"{failed,open}"}}}, query);
  ASSERT_EQ(query.columns.size(), 1u);
  EXPECT_EQ(query.columns[0].comparison, "= ANY");
  EXPECT_FALSE(has_note(query, "refused")) << "an array each";
  EXPECT_GE(query.classes.size(), 2u) << "the common status alone is scanned for";
  const bool both = std::any_of(query.points.begin(), query.points.end(), [](const auto& point) {
    return point.origin == "$1: the 2 most common values" && point.plan != "";
  });
  EXPECT_TRUE(both);
}

TEST(QueryMapper, APartitionKeyIsTheRootsColumn) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  postgres.execute("CREATE TABLE event (kind int, at int) PARTITION BY LIST (kind)");
  for (const char* kind : {"1", "2", "3"}) {
    postgres.execute(
        fmt::format("CREATE TABLE event_{0} PARTITION OF event FOR VALUES IN ({0})", kind));
  }
  postgres.execute("INSERT INTO event SELECT i % 3 + 1, i FROM generate_series(1, 3000) i");
  postgres.execute("ANALYZE event");
  for (const char* sql :
       {"SELECT at FROM event WHERE kind = $1", "SELECT kind FROM event WHERE at = $1"}) {
    QueryMap query;
    query.sql = sql;
    map_query(postgres, {read_partition_roots(postgres), {{"2"}}}, query);
    ASSERT_EQ(query.columns.size(), 1u) << sql;
    EXPECT_EQ(query.columns[0].table, "event");
    EXPECT_GT(query.points.size(), 1u) << "sampled by the root's statistics";
  }
}

}  // namespace
}  // namespace tare
