// The statistics of pairs. Level: compare. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <vector>

namespace tare {

// The mean of paired differences, by Student's t with n - 1 degrees of freedom (Student, "The
// probable error of a mean", Biometrika 6, 1908).
struct PairedEstimate {
  double mean = 0;
  std::optional<double> standard_error;  // of the mean; none with fewer than two differences
  int n = 0;
};

struct Interval {
  double low = 0, high = 0;
};

// Throws std::invalid_argument for no difference at all or one that is not finite.
PairedEstimate estimate(const std::vector<double>& differences);

// Both limits at `level`, the chance of each to be passed by the true mean: 0.025 gives the usual
// 95 %. No spread gives no width; one difference has no interval. `level` lies in (0, 0.5), here
// and below, else std::invalid_argument.
std::optional<Interval> interval(const PairedEstimate& estimate, double level);

// One-sided p value against "the true mean is at most `value`"; none for one difference.
std::optional<double> p_above(const PairedEstimate& estimate, double value);

// How far from a bound the true mean must lie for the limit at `level` to clear that bound in
// `power` of all experiments with this spread and number of pairs.
std::optional<double> detectable(const PairedEstimate& estimate, double level, double power);

// The fewest pairs, at least the estimate's own, for which that distance is `distance` or less;
// none when more than `most` would be needed.
std::optional<int> pairs_to_detect(const PairedEstimate& estimate, double distance, double level,
                                   double power, int most);

// Both throw std::invalid_argument for no value; geometric_mean for one that is not > 0.
double median(std::vector<double> values);
double geometric_mean(const std::vector<double>& values);

}  // namespace tare
