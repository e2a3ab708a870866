#include "tools/proof/rival_rules.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tools/compare/decision.h"
#include "tools/proof/mann_whitney.h"

namespace tare {
namespace {

constexpr double kAlpha = 0.05;

Answer by_medians(const Arms& arms) {
  const double before = median(arms.baseline), after = median(arms.contender);
  if (before == after) return Answer::nothing;
  return after > before ? Answer::alarm : Answer::improvement;
}

}  // namespace

// benchstat marks a p value that is not above alpha, compare.py one that is below it.
Answer benchstat_answer(const Arms& arms) {
  const double p = mann_whitney_p(arms.baseline, arms.contender, UTest::benchstat);
  return p <= kAlpha ? by_medians(arms) : Answer::nothing;
}

Answer compare_py_answer(const Arms& arms) {
  const double p = mann_whitney_p(arms.baseline, arms.contender, UTest::scipy);
  return p < kAlpha ? by_medians(arms) : Answer::nothing;
}

Answer percent_answer(const Arms& arms) {
  const double change = median(arms.contender) / median(arms.baseline) - 1;
  if (!std::isfinite(change)) throw std::invalid_argument("a median of 0 has no per cent");
  if (change > kPercentLimit) return Answer::alarm;
  return change < -kPercentLimit ? Answer::improvement : Answer::nothing;
}

Arms taken(const Arms& arms, Takes takes, Design design) {
  if (takes == Takes::all) return arms;
  const size_t wanted = takes == Takes::seven_and_one ? kPercentBaselines : 1;
  const size_t pairs = std::min(arms.baseline.size(), arms.contender.size());
  if (pairs < wanted) throw std::invalid_argument("too few trials for this rule");
  const auto first = arms.baseline.begin();
  if (design == Design::in_sequence) {
    return {{arms.baseline.end() - std::ptrdiff_t(wanted), arms.baseline.end()},
            {arms.contender.front()}};
  }
  return {{first, first + std::ptrdiff_t(wanted)}, {arms.contender[wanted / 2]}};
}

PairedVerdict tare_verdict(const Arms& arms, const std::vector<PairOrder>& orders, double margin,
                           const std::vector<int>& looks) {
  const size_t pairs = orders.size();
  if (arms.baseline.size() != pairs || arms.contender.size() != pairs || looks.empty() ||
      looks.front() < 1 || size_t(looks.back()) > pairs) {
    throw std::invalid_argument("pairs need a value of each arm, and as many as the last look");
  }
  const Levels levels = levels_of(int(looks.size()));
  Differences differences;
  differences.worse_margin = std::log1p(margin);
  differences.better_margin = -std::log1p(-margin);
  PairedVerdict out;
  for (const int look : looks) {
    for (auto i = size_t(out.pairs); i < size_t(look); ++i) {
      differences.values.push_back(std::log(arms.contender[i] / arms.baseline[i]));
      differences.orders.push_back(orders[i]);
    }
    out.pairs = look;
    const Decision decision = decide(differences, levels);
    out.verdict = decision.verdict;
    if (decision.limits) out.limits.push_back(*decision.limits);
    const bool chance = !decision.p_value || !holm({*decision.p_value}, levels.alarm).front();
    if (out.verdict == Verdict::regressed && chance) out.verdict = Verdict::inconclusive;
    if (out.verdict != Verdict::inconclusive) break;
  }
  return out;
}

Answer answer_of(Verdict verdict) {
  if (verdict == Verdict::regressed) return Answer::alarm;
  return verdict == Verdict::improved ? Answer::improvement : Answer::nothing;
}

}  // namespace tare
