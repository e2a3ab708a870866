// The statistics of pairs. Level: compare. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <vector>

namespace tare {

struct PairedEstimate {
  double mean = 0;
  std::optional<double> low, high;  // limits of the interval; none with fewer than two pairs
  int n = 0;
};

// The mean of paired differences and its two-sided interval by Student's t with n - 1 degrees of
// freedom (Student, "The probable error of a mean", Biometrika 6, 1908). Differences without
// spread give an interval of no width. `confidence` lies in (0, 1). Throws std::invalid_argument
// for no difference at all, one that is not finite, or a confidence outside its range.
PairedEstimate estimate(const std::vector<double>& differences, double confidence);

// Both throw std::invalid_argument for no value; geometric_mean for one that is not > 0.
double median(std::vector<double> values);
double geometric_mean(const std::vector<double>& values);

}  // namespace tare
