#include "tools/compare/resampling.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/model/random.h"

namespace tare {
namespace {

constexpr uint64_t kSeed = 20'261'121, kStream = 1;
constexpr double kRounding = 1e-9;

double value_of(const Differences& row, const ResampledPair& pair) {
  const double value = row.values.at(pair.pair);
  return pair.swapped ? -value : value;
}

Differences first_of(const Differences& row, const std::vector<ResampledPair>& chosen, int pairs) {
  Differences out{{}, {}, row.worse_margin, row.better_margin, row.slack};
  for (int i = 0; i < pairs; ++i) {
    const ResampledPair& pair = chosen.at(size_t(i));
    const PairOrder order = row.orders.at(pair.pair);
    out.values.push_back(value_of(row, pair));
    const bool baseline_first = order == PairOrder::baseline_first;
    out.orders.push_back(order == PairOrder::in_turns     ? order
                         : baseline_first != pair.swapped ? PairOrder::baseline_first
                                                          : PairOrder::contender_first);
  }
  return out;
}

// All rows by decide(): which of them pass, and whether one is an alarm among them all.
Ending decided(const std::vector<Differences>& rows, const std::vector<ResampledPair>& chosen,
               int pairs, const Levels& levels) {
  std::vector<Verdict> verdicts;
  std::vector<double> p_values;
  for (const Differences& row : rows) {
    const Decision decision = decide(first_of(row, chosen, pairs), levels);
    verdicts.push_back(decision.verdict);
    p_values.push_back(decision.p_value.value_or(1));
  }
  const std::vector<bool> beyond_chance = holm(p_values, levels.alarm);
  Ending ending = Ending::passed;
  for (size_t i = 0; i < verdicts.size(); ++i) {
    if (verdicts[i] == Verdict::regressed && beyond_chance[i]) return Ending::alarm;
    if (verdicts[i] == Verdict::regressed || verdicts[i] == Verdict::inconclusive) {
      ending = Ending::open;
    }
  }
  return ending;
}

}  // namespace

std::vector<ResampledPair> resample(int measured, int pairs, int number) {
  if (measured < 1) throw std::invalid_argument("there is no pair to resample");
  Random random(kSeed, kStream, uint64_t(number));
  std::vector<ResampledPair> chosen;
  for (int i = 0; i < pairs; ++i) {
    const size_t pair = random.below(uint64_t(measured));
    chosen.push_back({pair, random.below(2) == 1});
  }
  return chosen;
}

ResampledRule::ResampledRule(int most_pairs) : levels_(levels_of(int(standard_looks().size()))) {
  for (const int pairs : standard_looks()) {
    if (pairs > most_pairs) break;
    looks_.push_back({pairs, interval({0, 1, pairs}, levels_.limit)->high});
  }
}

ResampledRule::Hint ResampledRule::hint(const Differences& row,
                                        const std::vector<ResampledPair>& chosen,
                                        const Look& look) const {
  double sum = 0, squares = 0;
  for (int i = 0; i < look.pairs; ++i) {
    const double value = value_of(row, chosen[size_t(i)]);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / look.pairs;
  const double variance = std::max(0.0, squares - sum * mean) / (look.pairs - 1);
  const double half = look.width * std::sqrt(variance / look.pairs);
  const double leeway = kRounding * (std::abs(mean) + half);  // decide() sums in another order
  if (mean - half > -leeway && mean >= row.worse_margin - leeway) return Hint::alarm;
  return mean + half < row.worse_margin + leeway ? Hint::pass : Hint::open;
}

Ending ResampledRule::look_at(const std::vector<Differences>& rows,
                              const std::vector<ResampledPair>& chosen, const Look& look) const {
  bool alarm = false, open = false;
  for (const Differences& row : rows) {
    const Hint found = hint(row, chosen, look);
    alarm |= found == Hint::alarm;
    open |= found == Hint::open;
  }
  if (open && !alarm) return Ending::open;
  return decided(rows, chosen, look.pairs, levels_);
}

Ended ResampledRule::run(const std::vector<Differences>& rows,
                         const std::vector<ResampledPair>& chosen) const {
  if (chosen.size() < size_t(looks_.back().pairs)) {
    throw std::invalid_argument("the experiment has fewer pairs than its last look");
  }
  Ended ended;
  for (const Look& look : looks_) {
    ended = {look_at(rows, chosen, look), look.pairs};
    if (ended.ending != Ending::open) break;
  }
  return ended;
}

}  // namespace tare
