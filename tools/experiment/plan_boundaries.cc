#include "tools/experiment/plan_boundaries.h"

#include <algorithm>
#include <map>
#include <optional>

namespace tare {
namespace {

constexpr size_t kMostBoundaries = 4;
constexpr int kHalvings = 14;  // of a gap in the grid: to a 16,000th of it
constexpr double kGrid[] = {0,   0.001, 0.003, 0.01, 0.03, 0.1,  0.2,   0.3,   0.4, 0.5,
                            0.6, 0.7,   0.8,   0.9,  0.97, 0.99, 0.997, 0.999, 1};

// A value that was tried.
struct Try {
  std::string value;
  std::string plan;
  double place = 0;  // in the histogram
};

class Search {
 public:
  Search(PostgresControl& postgres, const ColumnStatistics& statistics,
         const ParameterColumn& column, const PlanFor& plan_for)
      : postgres_(postgres), statistics_(statistics), column_(column), plan_for_(plan_for) {}

  // Values in the order of their shares, the least first.
  void among(const std::vector<CommonValue>& values) {
    if (values.size() < 2) return;
    size_t low = 0;
    while (found_.size() < kMostBoundaries) {
      const std::string below = plan_of(values[low].value);
      size_t same = low, other = values.size() - 1;
      if (plan_of(values[other].value) == below) return;
      while (other - same > 1) {
        const size_t middle = (same + other) / 2;
        (plan_of(values[middle].value) == below ? same : other) = middle;
      }
      add(values[same].value, values[same].share, values[other].value, values[other].share);
      low = other;
    }
  }

  void along_histogram() {
    std::optional<Try> before;
    for (double place : kGrid) {
      const auto value = value_at(postgres_, statistics_, place);
      if (!value) return;
      Try now{*value, plan_of(*value), place};
      if (before && before->plan != now.plan && found_.size() < kMostBoundaries) {
        narrow(*before, now);
      }
      before = now;
    }
  }

  std::vector<PlanBoundary> take() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const PlanBoundary& a, const PlanBoundary& b) { return a.from < b.from; });
    return std::move(found_);
  }

 private:
  const std::string& plan_of(const std::string& value) {
    const auto found = plans_.find(value);
    return found != plans_.end() ? found->second
                                 : plans_.emplace(value, plan_for_(value)).first->second;
  }

  void narrow(Try low, Try high) {
    for (int i = 0; i < kHalvings; ++i) {
      const double place = (low.place + high.place) / 2;
      const auto value = value_at(postgres_, statistics_, place);
      if (!value || *value == low.value || *value == high.value) break;
      (plan_of(*value) == low.plan ? low : high) = {*value, plan_of(*value), place};
    }
    const auto share = [this](const std::string& value) {
      return estimated_share(postgres_, statistics_, column_.comparison, value);
    };
    const auto from = share(low.value), to = share(high.value);
    if (!from || !to) return;
    if (*from <= *to) {
      add(low.value, *from, high.value, *to);
    } else {
      add(high.value, *to, low.value, *from);
    }
  }

  void add(const std::string& below, double from, const std::string& above, double to) {
    if (plan_of(below).empty() || plan_of(above).empty()) return;  // refused
    PlanBoundary boundary;
    boundary.parameter = column_.parameter;
    boundary.column = statistics_.table + "." + statistics_.column;
    boundary.below = plan_of(below);
    boundary.above = plan_of(above);
    boundary.from = from;
    boundary.to = to;
    boundary.from_value = below;
    boundary.to_value = above;
    found_.push_back(std::move(boundary));
  }

  PostgresControl& postgres_;
  const ColumnStatistics& statistics_;
  const ParameterColumn& column_;
  const PlanFor& plan_for_;
  std::map<std::string, std::string> plans_;
  std::vector<PlanBoundary> found_;
};

}  // namespace

std::vector<PlanBoundary> find_boundaries(PostgresControl& postgres,
                                          const ColumnStatistics& statistics,
                                          const ParameterColumn& column, const PlanFor& plan_for) {
  Search search(postgres, statistics, column, plan_for);
  if (column.comparison != "=") {
    search.along_histogram();
    return search.take();
  }
  std::vector<CommonValue> values(statistics.common.rbegin(), statistics.common.rend());
  if (!statistics.histogram.empty()) {  // of those that are not common all are thought alike
    const std::string& rare = statistics.histogram[statistics.histogram.size() / 2];
    const auto share = estimated_share(postgres, statistics, "=", rare);
    if (share) values.insert(values.begin(), {rare, *share});
  }
  search.among(values);
  return search.take();
}

}  // namespace tare
