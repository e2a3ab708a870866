#include "tools/experiment/parameters_to_measure.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

MapPoint point(const std::string& value, double share) {
  MapPoint out;
  out.parameters = {value};
  out.share = share;
  return out;
}

PlanClass of(const std::string& example, int points) {
  PlanClass out;
  out.example = {example};
  out.points = points;
  return out;
}

TEST(ParametersToMeasure, TheMostCalledThenAnotherMapsThenOneOfEachPlan) {
  QueryMap query;
  query.points = {point("a", 0.1), point("b", 0.4), point("c", 0.2), point("d", 0.3),
                  point("e", 0)};
  query.classes = {of("b", 4), of("e", 1), of("met by a boundary", 0)};
  const std::vector<Parameters> alone = {{"b"}, {"d"}, {"c"}, {"e"}};
  EXPECT_EQ(parameters_to_measure(query, nullptr), alone);
  QueryMap like;
  like.measured.resize(2);
  like.measured[0].parameters = {"a"};
  like.measured[1].parameters = {"d"};
  const std::vector<Parameters> with = {{"b"}, {"d"}, {"c"}, {"a"}, {"e"}};
  EXPECT_EQ(parameters_to_measure(query, &like), with);
}

// One plan gives way to another for the rarer parameters only.
TEST(ParametersToMeasure, OfEachPlanBeforeWithEachPlanNow) {
  QueryMap before, now;
  for (const char* value : {"a", "b", "c", "d", "e"}) before.points.push_back(point(value, 0.19));
  before.points.push_back(point("f", 0.05));
  for (MapPoint& each : before.points) each.plan = "index";
  now = before;
  now.points[5].plan = "scan";
  const std::vector<Parameters> with = {{"a"}, {"b"}, {"c"}, {"f"}};
  EXPECT_EQ(parameters_to_measure(now, &before), with);
}

TEST(ParametersToMeasure, AreFew) {
  QueryMap query;
  for (int i = 0; i < 50; ++i) query.classes.push_back(of(std::to_string(i), 1));
  EXPECT_EQ(parameters_to_measure(query, nullptr).size(), 12u);
  EXPECT_TRUE(parameters_to_measure({}, nullptr).empty());
}

}  // namespace
}  // namespace tare
