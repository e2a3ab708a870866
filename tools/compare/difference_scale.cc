#include "tools/compare/difference_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare {
namespace {

constexpr double kLargestChange = 1e9;  // what an interval of two wild pairs is cut to
constexpr int64_t kWhenNotKnown = 1'000'000;

double bounded(double change) {
  return std::clamp(change, -kLargestChange, kLargestChange);
}

double log_odds(const TrialValue& share) {
  const auto of = double(share.of > 0 ? share.of : kWhenNotKnown);
  const double events = std::clamp(share.value, 0.0, 1.0) * of;
  return std::log((events + 0.5) / (of - events + 0.5));
}

double share_of(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

double mean_of(const std::vector<TrialValue>& values, double (*term)(const TrialValue&)) {
  double sum = 0;
  for (const TrialValue& value : values) sum += term(value);
  return sum / double(values.size());
}

}  // namespace

DifferenceScale::DifferenceScale(ChangeKind kind, WorseIs worse,
                                 const std::vector<TrialValue>& baseline,
                                 const std::vector<TrialValue>& contender)
    : kind_(kind), sign_(worse == WorseIs::lower ? -1 : 1) {
  const bool points = kind_ == ChangeKind::points;
  for (size_t i = 0; i < baseline.size() && i < contender.size(); ++i) {
    const double up = points ? log_odds(contender[i]) - log_odds(baseline[i])
                             : std::log(contender[i].value / baseline[i].value);
    differences_.push_back(sign_ * up);
    mean_ += sign_ * up;
  }
  mean_ /= double(differences_.size());
  if (points) {
    const auto value = [](const TrialValue& each) { return each.value; };
    anchor_ = mean_of(baseline, log_odds);
    change_ = mean_of(contender, value) - mean_of(baseline, value);
  } else {
    change_ = read(mean_);
  }
}

double DifferenceScale::read(double difference) const {
  const double up = sign_ * difference;
  if (kind_ == ChangeKind::points) return share_of(anchor_ + up) - share_of(anchor_);
  return bounded(std::expm1(std::min(up, 700.0)));
}

double DifferenceScale::change_at(double difference) const {
  if (kind_ != ChangeKind::points) return read(difference);
  return std::clamp(change_ + read(difference) - read(mean_), -1.0, 1.0);
}

double DifferenceScale::towards(double margin, double sign) const {
  const double change = sign * margin;
  if (kind_ != ChangeKind::points) {
    return change > -1 ? std::abs(std::log1p(change)) : std::numeric_limits<double>::infinity();
  }
  const double share = share_of(anchor_) + change;
  if (share <= 0 || share >= 1) return std::numeric_limits<double>::infinity();
  return std::abs(std::log(share / (1 - share)) - anchor_);
}

double DifferenceScale::worse_margin(double margin) const {
  return towards(margin, sign_);
}

double DifferenceScale::better_margin(double margin) const {
  return towards(margin, -sign_);
}

}  // namespace tare
