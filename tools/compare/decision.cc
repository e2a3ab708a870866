#include "tools/compare/decision.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/compare/rank_tests.h"

namespace tare {
namespace {

// Lenient beside the t test's level: a robust test is a little weaker, and only what it would not
// say even so is owed to outliers.
constexpr double kCrossCheckLevel = 0.025;

// Half the difference between pairs whose contender ran second and those whose contender ran first.
std::optional<double> order_effect(const Differences& differences) {
  double second = 0, first = 0;
  int seconds = 0, firsts = 0;
  for (size_t i = 0; i < differences.values.size(); ++i) {
    if (differences.orders[i] == PairOrder::baseline_first) {
      second += differences.values[i];
      ++seconds;
    } else if (differences.orders[i] == PairOrder::contender_first) {
      first += differences.values[i];
      ++firsts;
    }
  }
  if (seconds == 0 || firsts == 0) return std::nullopt;
  return (second / seconds - first / firsts) / 2;
}

// Do both tests say that the differences lie above `bound` (or below, turned around)?
enum class Side { above, below };
bool borne_out(const std::vector<double>& values, double bound, Side side) {
  if (!std::isfinite(bound)) return true;
  std::vector<double> distances;
  for (const double value : values) {
    distances.push_back(side == Side::above ? value - bound : bound - value);
  }
  return sign_flip_p(distances) <= kCrossCheckLevel && signed_rank_p(distances) <= kCrossCheckLevel;
}

bool borne_out(Verdict verdict, const Differences& differences) {
  const std::vector<double>& values = differences.values;
  const double slack = differences.slack;
  switch (verdict) {
    case Verdict::regressed:
      return borne_out(values, slack, Side::above);
    case Verdict::improved:
      return borne_out(values, -slack, Side::below);
    case Verdict::equivalent:
      return borne_out(values, differences.worse_margin - slack, Side::below) &&
             borne_out(values, slack - differences.better_margin, Side::above);
    case Verdict::not_worse:
      return borne_out(values, differences.worse_margin - slack, Side::below);
    default:
      return true;
  }
}

Verdict verdict_of(const Decision& decision, const Differences& differences) {
  const double low = decision.limits->low - differences.slack;
  const double high = decision.limits->high + differences.slack;
  const double mean = decision.estimate.mean;
  if (low > 0 && mean - differences.slack >= differences.worse_margin) return Verdict::regressed;
  if (high < 0 && mean + differences.slack <= -differences.better_margin) return Verdict::improved;
  if (low > -differences.better_margin && high < differences.worse_margin) {
    return Verdict::equivalent;
  }
  return high < differences.worse_margin ? Verdict::not_worse : Verdict::inconclusive;
}

// Until the interval clears 0 (when the estimate is at the margin or beyond) or the margin.
int more_pairs(const Decision& decision, const Differences& differences, const Levels& levels) {
  const double mean = decision.estimate.mean;
  const double to_clear = mean >= differences.worse_margin ? mean : differences.worse_margin - mean;
  return pairs_until(decision.estimate, to_clear - differences.slack, levels.limit);
}

}  // namespace

Decision decide(const Differences& differences, const Levels& levels) {
  Decision decision;
  decision.estimate = estimate(differences.values);
  decision.limits = interval(decision.estimate, levels.limit);
  decision.p_value = p_above(decision.estimate, differences.slack);
  decision.order_effect = order_effect(differences);
  if (!decision.limits) return decision;  // one pair says nothing of the spread
  decision.verdict = verdict_of(decision, differences);
  const bool checked = decision.estimate.n >= kFewestCrossChecked;
  if (checked && !borne_out(decision.verdict, differences)) {
    decision.note = "driven by outliers: \"" + to_text(decision.verdict) +
                    "\" by the t test, but not by ranks or signs";
    decision.verdict = Verdict::inconclusive;
  }
  if (decision.verdict == Verdict::inconclusive) {
    decision.more_pairs = more_pairs(decision, differences, levels);
  }
  return decision;
}

std::optional<double> detectable_worsening(const PairedEstimate& estimate, double worse_margin,
                                           const Levels& levels, int rows) {
  if (estimate.standard_error.value_or(0) == 0) return std::nullopt;
  const double level = std::min(levels.limit, levels.alarm / std::max(rows, 1));
  const double beyond_chance = *detectable(estimate, level, kPower);
  const double above_margin = interval(estimate, 1 - kPower)->high - estimate.mean;
  return std::max(beyond_chance, worse_margin + above_margin);
}

int pairs_until(const PairedEstimate& estimate, double distance, double level) {
  if (!(distance > 0)) return kMostPairs;
  const auto needed = pairs_to_detect(estimate, distance, level, kPower, kMostPairs);
  return needed ? std::clamp(*needed - estimate.n, 1, kMostPairs) : kMostPairs;
}

std::vector<bool> holm(const std::vector<double>& p_values, double level) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<bool> below_chance(p_values.size(), false);
  for (size_t i = 0; i < order.size(); ++i) {
    if (p_values[order[i]] > level / double(order.size() - i)) break;
    below_chance[order[i]] = true;
  }
  return below_chance;
}

}  // namespace tare
