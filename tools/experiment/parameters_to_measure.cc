#include "tools/experiment/parameters_to_measure.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace tare {
namespace {

constexpr size_t kMost = 12;
constexpr size_t kMostCalled = 3;

// Of each plan before with each plan now, the most called first.
std::vector<Parameters> one_of_each_pair(const std::vector<const MapPoint*>& points,
                                         const QueryMap& like) {
  std::vector<Parameters> chosen;
  std::set<std::pair<std::string, std::string>> seen;
  for (const MapPoint* point : points) {
    for (const MapPoint& then : like.points) {
      if (then.parameters != point->parameters) continue;
      if (seen.emplace(then.plan, point->plan).second) chosen.push_back(point->parameters);
    }
  }
  return chosen;
}

}  // namespace

std::vector<Parameters> parameters_to_measure(const QueryMap& query, const QueryMap* like) {
  std::vector<Parameters> chosen;
  const auto add = [&](const Parameters& parameters) {
    if (chosen.size() < kMost &&
        std::find(chosen.begin(), chosen.end(), parameters) == chosen.end()) {
      chosen.push_back(parameters);
    }
  };
  std::vector<const MapPoint*> points;
  for (const MapPoint& point : query.points) points.push_back(&point);
  std::stable_sort(points.begin(), points.end(),
                   [](const MapPoint* a, const MapPoint* b) { return a->share > b->share; });
  for (size_t i = 0; i < std::min(points.size(), kMostCalled); ++i) {
    if (points[i]->share > 0) add(points[i]->parameters);
  }
  if (like != nullptr) {
    for (const Parameters& each : one_of_each_pair(points, *like)) add(each);
    for (const MeasuredPoint& each : like->measured) add(each.parameters);
  }
  for (const PlanClass& each : query.classes) {
    if (each.points > 0) add(each.example);
  }
  return chosen;
}

}  // namespace tare
