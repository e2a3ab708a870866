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

}  // namespace

PairedEstimate estimate(const std::vector<double>& differences, double confidence) {
  if (differences.empty()) throw std::invalid_argument("an estimate needs at least one difference");
  if (!(confidence > 0 && confidence < 1)) {
    throw std::invalid_argument("confidence must lie between 0 and 1");
  }
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
  const double standard_error = std::sqrt(squares / double(out.n - 1) / double(out.n));
  const boost::math::students_t distribution(double(out.n - 1));
  const double half_width =
      boost::math::quantile(boost::math::complement(distribution, (1 - confidence) / 2)) *
      standard_error;
  out.low = out.mean - half_width;
  out.high = out.mean + half_width;
  return out;
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
