#include "bench/model/distribution.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tare {
namespace {

constexpr uint64_t kMostRanks = uint64_t{1} << 53;    // doubles count exactly up to here
constexpr uint64_t kMostWeights = uint64_t{1} << 32;  // the alias table holds 32-bit indexes

// A proposal is accepted with probability above 1/2 for every n and exponent, so that 1,000
// refusals in a row do not happen; the bound is here for arithmetic nobody thought of.
constexpr int kMostProposals = 1000;

// From this rank on every proposal is accepted: a refusal would have the chance
// exponent * (exponent + 1) / (24 * rank^2), less than rounding errors, and where doubles have no
// digits left for the fraction of the proposal the test would refuse by rounding alone.
constexpr double kSmoothRank = 0x1p30;

// expm1(x) / x and log1p(x) / x, continued through 0, where the quotients lose their digits.
double expm1_over(double x) {
  if (std::abs(x) < 1e-8) return 1 + x / 2;
  return std::expm1(x) / x;
}

double log1p_over(double x) {
  if (std::abs(x) < 1e-8) return 1 - x / 2;
  return std::log1p(x) / x;
}

double power(double x, double exponent) {
  return std::exp(-exponent * std::log(x));
}

}  // namespace

Zipf::Zipf(uint64_t n, double exponent) : n_(n), exponent_(exponent) {
  if (n < 1 || n > kMostRanks) {
    throw std::invalid_argument("the number of ranks of a Zipf distribution must be 1 to 2^53");
  }
  if (!(exponent >= 0) || !std::isfinite(exponent)) {
    throw std::invalid_argument("the exponent of a Zipf distribution must be finite and >= 0");
  }
  integral_of_first_ = integral(1.5) - 1;
  integral_of_last_ = integral(static_cast<double>(n) + 0.5);
  shortcut_ = 2 - inverse_integral(integral(2.5) - power(2, exponent));
  // With huge exponents this loses its digits; then every proposal takes the full test.
  if (!(shortcut_ >= 0 && shortcut_ <= 0.5)) shortcut_ = -1;
}

// The integral of 1 / t^exponent from 1 to x: (x^(1-e) - 1) / (1-e), and log x where e is 1.
double Zipf::integral(double x) const {
  const double log_x = std::log(x);
  return expm1_over((1 - exponent_) * log_x) * log_x;
}

double Zipf::inverse_integral(double y) const {
  // Rounding may take the argument just below -1, where the logarithm ends.
  const double scaled = std::max(y * (1 - exponent_), -1.0);
  return std::exp(log1p_over(scaled) * y);
}

uint64_t Zipf::draw(Random& random) const {
  if (exponent_ == 0) return random.below(n_);
  const auto last = static_cast<double>(n_);
  double rank = 1;  // counted from 1
  for (int i = 0; i < kMostProposals; ++i) {
    const double y = integral_of_last_ + random.unit() * (integral_of_first_ - integral_of_last_);
    const double x = inverse_integral(y);
    rank = std::clamp(std::floor(x + 0.5), 1.0, last);
    if (rank >= kSmoothRank || rank - x <= shortcut_) break;
    if (y >= integral(rank + 0.5) - power(rank, exponent_)) break;
  }
  return static_cast<uint64_t>(rank) - 1;
}

AliasTable::AliasTable(const std::vector<double>& weights) {
  const uint64_t n = weights.size();
  if (n < 1 || n > kMostWeights) {
    throw std::invalid_argument("an alias table needs 1 to 2^32 weights");
  }
  for (double weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) {
      throw std::invalid_argument("weights must be finite and >= 0");
    }
  }
  const auto heaviest = std::max_element(weights.begin(), weights.end());
  if (*heaviest == 0) throw std::invalid_argument("at least one weight must be > 0");

  double sum = 0;  // of the weights as shares of the heaviest, so that it cannot overflow
  for (double weight : weights) sum += weight / *heaviest;
  std::vector<double> scaled(n);  // mean 1
  for (uint64_t i = 0; i < n; ++i) {
    scaled[i] = weights[i] / *heaviest / sum * static_cast<double>(n);
  }

  std::vector<uint32_t> small, large;
  for (uint64_t i = 0; i < n; ++i) {
    (scaled[i] < 1 ? small : large).push_back(static_cast<uint32_t>(i));
  }
  // What rounding leaves over in the end stands at 1 within rounding; only a weight of 0 must
  // never be drawn, whatever the rounding.
  threshold_.assign(n, 1);
  alias_.assign(n, static_cast<uint32_t>(heaviest - weights.begin()));
  for (uint64_t i = 0; i < n; ++i) {
    if (weights[i] == 0) threshold_[i] = 0;
  }
  while (!small.empty() && !large.empty()) {
    const uint32_t lighter = small.back(), heavier = large.back();
    small.pop_back();
    threshold_[lighter] = scaled[lighter];
    alias_[lighter] = heavier;
    scaled[heavier] = (scaled[heavier] + scaled[lighter]) - 1;
    if (scaled[heavier] < 1) {
      large.pop_back();
      small.push_back(heavier);
    }
  }
}

uint64_t AliasTable::draw(Random& random) const {
  const uint64_t index = random.below(threshold_.size());
  return random.unit() < threshold_[index] ? index : alias_[index];
}

Hotspot::Hotspot(uint64_t n, double values, double requests)
    : hot_(std::clamp<uint64_t>(uint64_t(std::llround(values * double(n))), 1, n)),
      cold_(n - hot_),
      requests_(cold_ == 0 ? 1 : requests) {
  if (n == 0) throw std::invalid_argument("a hotspot needs at least one value");
}

uint64_t Hotspot::draw(Random& random) const {
  return random.unit() < requests_ ? random.below(hot_) : hot_ + random.below(cold_);
}

}  // namespace tare
