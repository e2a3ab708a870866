#include "bench/engine/rate_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare {

RateCurve::RateCurve(const Arrivals& arrivals) {
  const double rate = arrivals.rate_per_s;
  const std::vector<RatePoint>& shape = arrivals.shape;
  if (shape.empty()) {
    segments_.push_back({0, 0, rate, 0});
    return;
  }
  double count = shape[0].at_s * shape[0].factor * rate;
  if (shape[0].at_s > 0) segments_.push_back({0, 0, shape[0].factor * rate, 0});
  for (size_t i = 0; i + 1 < shape.size(); ++i) {
    const double length = shape[i + 1].at_s - shape[i].at_s;
    if (length <= 0) continue;  // a step
    const double first = shape[i].factor * rate, last = shape[i + 1].factor * rate;
    segments_.push_back({shape[i].at_s, count, first, (last - first) / length});
    count += (first + last) / 2 * length;
  }
  segments_.push_back({shape.back().at_s, count, shape.back().factor * rate, 0});
}

double RateCurve::count_until(double at_s) const {
  const auto after = std::find_if(segments_.begin(), segments_.end(),
                                  [at_s](const Segment& each) { return each.start_s > at_s; });
  const Segment& segment = *std::prev(after == segments_.begin() ? std::next(after) : after);
  const double time = std::max(at_s - segment.start_s, 0.0);
  return segment.count + time * (segment.rate + segment.slope * time / 2);
}

// Solves rate * t + slope * t^2 / 2 = count, in the form that loses no digits when the slope is
// small.
double RateCurve::time_of(double count) {
  while (at_ + 1 < segments_.size() && segments_[at_ + 1].count <= count) ++at_;
  const Segment& segment = segments_[at_];
  const double left = count - segment.count;
  if (left <= 0) return segment.start_s;
  const double root =
      std::sqrt(std::max(0.0, segment.rate * segment.rate + 2 * segment.slope * left));
  if (segment.rate + root <= 0) return std::numeric_limits<double>::infinity();
  return segment.start_s + 2 * left / (segment.rate + root);
}

}  // namespace tare
