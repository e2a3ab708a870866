#include "tools/experiment/plan_executions.h"

#include <gtest/gtest.h>

#include "tools/experiment/planner_fixture.h"

namespace tare {
namespace {

QueryMap query_of(const std::vector<std::string>& values) {
  QueryMap query;
  query.operation = "list";
  query.step = "rows";
  query.sql = kByStatus;
  for (const std::string& value : values) query.points.push_back({{value}, "drawn", 0.3, {}, "p"});
  return query;
}

PlanMap map_of(QueryMap query) {
  PlanMap map;
  map.queries = {std::move(query)};
  return map;
}

TEST(PlanExecutions, WhatAnotherMapExecutedIsExecutedToo) {
  OrdersServer server;
  QueryMap query = query_of({"done", "open"});
  PlanMap map = map_of(query), other = map_of(query);
  EXPECT_FALSE(has_more_executed(other, map));
  other.queries[0].measured.resize(2);
  other.queries[0].measured[0].parameters = {"open"};
  other.queries[0].measured[1].parameters = {"of the other map alone"};
  EXPECT_TRUE(has_more_executed(other, map));
  execute_like(server.postgres(), other, map);
  ASSERT_EQ(map.queries[0].measured.size(), 1u) << "only what this map has a plan for";
  const MeasuredPoint& point = map.queries[0].measured[0];
  EXPECT_EQ(point.parameters, Parameters{"open"});
  EXPECT_GT(point.work.logical_reads, 0);
  EXPECT_FALSE(point.generic_work.has_value()) << "its sessions do not go over";
  EXPECT_FALSE(has_more_executed(other, map));
}

TEST(PlanExecutions, WhatIsRefusedIsSaidOfThePoint) {
  OrdersServer server;
  QueryMap query = query_of({"0"});
  query.sql = "SELECT 1 / $1::int FROM orders WHERE id = 1";
  PlanMap map = map_of(query), other = map_of(query);
  other.queries[0].measured.resize(1);
  other.queries[0].measured[0].parameters = {"0"};
  execute_like(server.postgres(), other, map);
  EXPECT_TRUE(map.queries[0].measured.empty());
  EXPECT_NE(map.queries[0].points[0].error.find("division by zero"), std::string::npos);
  EXPECT_FALSE(has_more_executed(other, map)) << "it is known now";
}

TEST(PlanExecutions, AnErrorOfUnknownParametersAddsThem) {
  QueryMap query = query_of({"a"});
  set_error({"b"}, SqlError("no", "22000", ""), query);
  ASSERT_EQ(query.points.size(), 2u);
  EXPECT_EQ(query.points[1].parameters, Parameters{"b"});
  EXPECT_NE(query.points[1].error.find("no"), std::string::npos);
}

}  // namespace
}  // namespace tare
