// A rate that changes with time, and when so many requests have been asked.
// Level: engine. A value of one worker; asked with ever larger counts.
#pragma once

#include <vector>

#include "bench/model/scenario.h"

namespace tare {

// The curve's points are joined by straight lines; before the first and after the last it is level.
class RateCurve {
 public:
  explicit RateCurve(const Arrivals& arrivals);

  // How many requests fall due until this time, in seconds.
  double count_until(double at_s) const;

  // The time by which `count` have fallen due; infinite when the rate ends at 0 before. `count`
  // must not fall from call to call.
  double time_of(double count);

 private:
  struct Segment {
    double start_s, count, rate, slope;  // at its start; requests per s, per s^2
  };

  std::vector<Segment> segments_;  // the last one has no end
  size_t at_ = 0;
};

}  // namespace tare
