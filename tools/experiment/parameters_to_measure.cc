#include "tools/experiment/parameters_to_measure.h"

#include <algorithm>

namespace tare {
namespace {

constexpr size_t kMost = 10;
constexpr size_t kMostCalled = 3;

}  // namespace

std::vector<Parameters> parameters_to_measure(const QueryMap& query, const QueryMap* like) {
  std::vector<Parameters> chosen;
  const auto add = [&](const Parameters& parameters) {
    if (chosen.size() < kMost &&
        std::find(chosen.begin(), chosen.end(), parameters) == chosen.end()) {
      chosen.push_back(parameters);
    }
  };
  std::vector<const MapPoint*> drawn;
  for (const MapPoint& point : query.points) {
    if (point.share > 0) drawn.push_back(&point);
  }
  std::stable_sort(drawn.begin(), drawn.end(),
                   [](const MapPoint* a, const MapPoint* b) { return a->share > b->share; });
  for (size_t i = 0; i < std::min(drawn.size(), kMostCalled); ++i) add(drawn[i]->parameters);
  if (like != nullptr) {
    for (const MeasuredPoint& each : like->measured) add(each.parameters);
  }
  for (const PlanClass& each : query.classes) {
    if (each.points > 0) add(each.example);
  }
  return chosen;
}

}  // namespace tare
