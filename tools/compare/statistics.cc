#include "tools/compare/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

namespace tare {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / double(values.size());
}

// What a share `level` of Student's t with so many degrees of freedom exceeds.
double t_above(int degrees, double level) {
  if (!(level > 0 && level < 0.5)) {
    throw std::invalid_argument("a level must lie between 0 and 0.5");
  }
  const boost::math::students_t distribution{double(degrees)};
  return boost::math::quantile(boost::math::complement(distribution, level));
}

double detectable_with(int n, double spread, double level, double power) {
  return (t_above(n - 1, level) + t_above(n - 1, 1 - power)) * spread / std::sqrt(double(n));
}

}  // namespace

PairedEstimate estimate(const std::vector<double>& differences) {
  if (differences.empty()) throw std::invalid_argument("an estimate needs at least one difference");
  for (const double difference : differences) {
    if (!std::isfinite(difference)) throw std::invalid_argument("a difference is not finite");
  }
  PairedEstimate out;
  out.n = int(differences.size());
  out.mean = mean_of(differences);
  if (out.n < 2) return out;
  double squares = 0;
  for (const double difference : differences) {
    squares += (difference - out.mean) * (difference - out.mean);
  }
  out.standard_error = std::sqrt(squares / double(out.n - 1) / double(out.n));
  return out;
}

std::optional<Interval> interval(const PairedEstimate& estimate, double level) {
  if (!estimate.standard_error) return std::nullopt;
  const double half_width = t_above(estimate.n - 1, level) * *estimate.standard_error;
  return Interval{estimate.mean - half_width, estimate.mean + half_width};
}

std::optional<double> p_above(const PairedEstimate& estimate, double value) {
  if (!estimate.standard_error) return std::nullopt;
  const double distance = estimate.mean - value;
  if (*estimate.standard_error == 0) return distance > 0 ? 0.0 : distance < 0 ? 1.0 : 0.5;
  const double t = distance / *estimate.standard_error;
  if (!std::isfinite(t)) return t > 0 ? 0.0 : 1.0;
  return boost::math::cdf(
      boost::math::complement(boost::math::students_t{double(estimate.n - 1)}, t));
}

std::optional<double> detectable(const PairedEstimate& estimate, double level, double power) {
  if (!estimate.standard_error) return std::nullopt;
  const double spread = *estimate.standard_error * std::sqrt(double(estimate.n));
  return detectable_with(estimate.n, spread, level, power);
}

std::optional<int> pairs_to_detect(const PairedEstimate& estimate, double distance, double level,
                                   double power, int most) {
  if (!estimate.standard_error) return std::nullopt;
  const double spread = *estimate.standard_error * std::sqrt(double(estimate.n));
  const auto enough = [&](int n) { return detectable_with(n, spread, level, power) <= distance; };
  int low = estimate.n, high = std::max(most, low);
  if (enough(low)) return low;
  if (most <= low || !enough(most)) return std::nullopt;
  while (high - low > 1) {  // not enough at `low`, enough at `high`
    const int middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

double median(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument("a median needs at least one value");
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  if (values.size() % 2 == 1) return values[middle];
  return values[middle - 1] + (values[middle] - values[middle - 1]) / 2;
}

double geometric_mean(const std::vector<double>& values) {
  if (values.empty()) throw std::invalid_argument("a geometric mean needs at least one value");
  double sum = 0;
  for (const double value : values) {
    if (!(value > 0)) throw std::invalid_argument("a geometric mean needs values above 0");
    sum += std::log(value);
  }
  return std::exp(sum / double(values.size()));
}

}  // namespace tare
