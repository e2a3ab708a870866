#include "tools/compare/proportion.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <stdexcept>

namespace tare {
namespace {

std::string figure(double share) {
  const double value = 100 * share;
  if (value == 0 || value == 100) return fmt::format("{:.0f}", value);
  if (value < 0.01) return "<0.01";
  if (value > 99.99) return ">99.99";
  if (value < 1) return fmt::format("{:.2g}", value);
  return value > 99 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

}  // namespace

Proportion proportion(double share, double of, double level) {
  if (!(share >= 0 && share <= 1 && of > 0)) {
    throw std::invalid_argument("a proportion is a share, of 0 to 1, of something");
  }
  Proportion out{share};
  const double yes = share * of, no = of - yes;
  using boost::math::beta_distribution;
  if (yes > 0) out.low = boost::math::quantile(beta_distribution<>(yes, no + 1), level);
  if (no > 0) {
    out.high =
        boost::math::quantile(boost::math::complement(beta_distribution<>(yes + 1, no), level));
  }
  // Close to 0 and 1 the limits of so few may be rounded past the share itself.
  out.low = std::min(out.low, share);
  out.high = std::max(out.high, share);
  return out;
}

std::string to_text(const Proportion& proportion) {
  return fmt::format("{} % ({} to {})", figure(proportion.share), figure(proportion.low),
                     figure(proportion.high));
}

std::string percent(double share) {
  return figure(share) + " %";
}

}  // namespace tare
