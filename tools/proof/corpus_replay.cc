#include "tools/proof/corpus_replay.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>
#include <utility>

#include "bench/model/random.h"
#include "tools/compare/looks.h"

namespace tare {
namespace {

constexpr int kInconclusive = 2;
constexpr uint64_t kSeed = 20'261'123;
constexpr uint64_t kSwapped = 1'000'000;  // its streams of random numbers lie apart
constexpr size_t kUTestPairs = 10;

void add(Tally& tally, const Replay& replay) {
  ++tally.experiments;
  tally.mean_pairs += replay.pairs;  // the sum, until finished() divides it
  ++tally.exit_codes.at(size_t(replay.exit_code));
  if (tally.invalid_reason.empty()) tally.invalid_reason = replay.invalid_reason;
  for (const auto& [operation, verdict] : replay.verdicts) {
    VerdictCounts& counts = tally.operations[operation];
    ++counts.of.at(size_t(verdict));
    const auto cause = replay.causes.find(operation);
    if (cause != replay.causes.end() && cause->second == Cause::cache) ++counts.cache;
  }
}

void finish(Tally& tally) {
  if (tally.experiments > 0) tally.mean_pairs /= tally.experiments;
}

std::string words_of(const CorpusCell& cell, int draw, int draws, int most, double margin) {
  return fmt::format("{}: drawing experiment {} of {}, at most {} pairs, margin {:g} %", cell.name,
                     draw + 1, draws, most, 100 * margin);
}

std::vector<size_t> drawn_numbers(const CorpusCell& cell, int most, Random& random) {
  std::vector<size_t> numbers;
  while (numbers.size() < size_t(most)) {
    const size_t first = random.below(cell.pairs.size());
    for (size_t i = 0; i < kBlock; ++i) numbers.push_back((first + i) % cell.pairs.size());
  }
  return numbers;
}

std::vector<size_t> in_order(size_t first, int count) {
  std::vector<size_t> numbers(static_cast<size_t>(count));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

void swap_arms(PairSample& pair) {
  std::swap(pair.baseline, pair.contender);
  if (pair.order == PairOrder::in_turns) return;
  pair.order = pair.order == PairOrder::baseline_first ? PairOrder::contender_first
                                                       : PairOrder::baseline_first;
}

// One value a trial; none in a trial without such requests.
double value_of(const Sample& sample, const std::string& operation) {
  const auto found = sample.result.operations.find(operation);
  return found == sample.result.operations.end() ? 0 : found->second.response_time_ns.tm95;
}

// Of the pairs that have it in both arms.
Arms values_of(const CorpusCell& cell, const std::string& operation) {
  Arms all;
  for (const PairSample& pair : cell.pairs) {
    const double before = value_of(pair.baseline, operation);
    const double after = value_of(pair.contender, operation);
    if (!(before > 0 && after > 0)) continue;
    all.baseline.push_back(before);
    all.contender.push_back(after);
  }
  return all;
}

size_t pairs_for(Takes takes) {
  if (takes == Takes::all) return kUTestPairs;
  return takes == Takes::seven_and_one ? kPercentBaselines : 1;
}

}  // namespace

Replay replay(const CorpusCell& cell, const std::vector<size_t>& numbers,
              const std::vector<int>& looks, double margin) {
  if (looks.empty() || size_t(looks.back()) > numbers.size()) {
    throw std::invalid_argument("an experiment needs as many pairs as its last look");
  }
  Criteria criteria = cell.criteria;
  criteria.levels = levels_of(int(looks.size()));
  criteria.margins[kReplayedMetric] = margin;
  std::vector<PairSample> pairs;
  Comparison comparison;
  Replay out;
  for (const int look : looks) {
    while (pairs.size() < size_t(look)) pairs.push_back(cell.pairs.at(numbers[pairs.size()]));
    comparison = compare(pairs, criteria);
    out.pairs = look;
    out.exit_code = exit_code(comparison);
    if (out.exit_code != kInconclusive) break;
  }
  for (const Row& row : comparison.rows) {
    if (row.metric != kReplayedMetric) continue;
    const bool invalid = !comparison.invalid_reasons.empty() || !row.verdict;
    out.verdicts[row.operation] = invalid ? Verdict::invalid : *row.verdict;
  }
  if (!comparison.invalid_reasons.empty()) out.invalid_reason = comparison.invalid_reasons.front();
  for (const HitOrFix& found : comparison.hit_or_fix) out.causes[found.operation] = found.cause;
  return out;
}

namespace {

enum class ArmsOf { recorded, either };  // either: a coin for each pair

Tally drawn_experiments(const CorpusCell& cell, int most, double margin, int draws, ArmsOf arms,
                        const Progress& progress) {
  const std::vector<int> looks = looks_up_to(most);
  Tally tally;
  if (cell.pairs.size() < size_t(most)) return tally;
  for (int draw = 0; draw < draws; ++draw) {
    progress(words_of(cell, draw, draws, most, margin));
    const uint64_t stream = uint64_t(most) + (arms == ArmsOf::either ? kSwapped : 0);
    Random random(kSeed, stream, uint64_t(draw));
    CorpusCell drawn;
    drawn.criteria = cell.criteria;
    for (const size_t number : drawn_numbers(cell, most, random)) {
      drawn.pairs.push_back(cell.pairs[number]);
      if (arms == ArmsOf::either && random.below(2) == 1) swap_arms(drawn.pairs.back());
    }
    add(tally, replay(drawn, in_order(0, most), looks, margin));
  }
  finish(tally);
  return tally;
}

}  // namespace

Tally independent_experiments(const CorpusCell& cell, int most, double margin) {
  const std::vector<int> looks = looks_up_to(most);
  Tally tally;
  for (size_t first = 0; first + size_t(most) <= cell.pairs.size();) {
    const Replay found = replay(cell, in_order(first, most), looks, margin);
    add(tally, found);
    first += size_t(found.pairs);
  }
  tally.worth = tally.experiments;
  finish(tally);
  return tally;
}

Tally resampled_experiments(const CorpusCell& cell, int most, double margin, int draws,
                            const Progress& progress) {
  Tally tally = drawn_experiments(cell, most, margin, draws, ArmsOf::recorded, progress);
  if (tally.experiments > 0) tally.worth = double(cell.pairs.size()) / tally.mean_pairs;
  return tally;
}

Tally swapped_experiments(const CorpusCell& cell, int most, double margin, int draws,
                          const Progress& progress) {
  Tally tally = drawn_experiments(cell, most, margin, draws, ArmsOf::either, progress);
  tally.worth = tally.experiments;
  return tally;
}

bool has_identical_arms(const CorpusCell& cell) {
  return cell.name.ends_with("-aa");
}

std::vector<RivalTally> rival_tallies(const CorpusCell& cell, const std::string& operation) {
  const Arms all = values_of(cell, operation);
  std::vector<RivalTally> tallies;
  for (const RivalRule& rule : kRivalRules) {
    RivalTally& tally = tallies.emplace_back();
    tally.rule = rule.name;
    const size_t pairs = pairs_for(rule.takes);
    for (size_t first = 0; first + pairs <= all.baseline.size(); first += pairs) {
      const auto block = [&](const std::vector<double>& arm) {
        const auto begin = arm.begin() + std::ptrdiff_t(first);
        return std::vector<double>(begin, begin + std::ptrdiff_t(pairs));
      };
      const Arms arms{block(all.baseline), block(all.contender)};
      const Answer answer = rule.answer(taken(arms, rule.takes, Design::interleaved));
      ++tally.experiments;
      tally.alarms += answer == Answer::alarm;
      tally.gains += answer == Answer::improvement;
    }
  }
  return tallies;
}

std::optional<WholeChange> whole_change(const CorpusCell& cell, const std::string& operation) {
  const Arms all = values_of(cell, operation);
  if (all.baseline.empty()) return std::nullopt;
  std::vector<double> ratios;
  for (size_t i = 0; i < all.baseline.size(); ++i) {
    ratios.push_back(std::log(all.contender[i] / all.baseline[i]));
  }
  const PairedEstimate found = estimate(ratios);
  WholeChange out;
  out.pairs = found.n;
  out.change = std::expm1(found.mean);
  if (const auto limits = interval(found, 0.025)) {
    out.limits = Interval{std::expm1(limits->low), std::expm1(limits->high)};
  }
  if (found.standard_error) out.spread = *found.standard_error * std::sqrt(double(found.n));
  double squares = 0, products = 0;
  for (size_t i = 0; i < ratios.size(); ++i) {
    squares += (ratios[i] - found.mean) * (ratios[i] - found.mean);
    if (i > 0) products += (ratios[i] - found.mean) * (ratios[i - 1] - found.mean);
  }
  if (squares > 0) out.neighbours = products / squares;
  return out;
}

std::vector<std::string> operations_of(const CorpusCell& cell) {
  std::set<std::string> names;
  for (const PairSample& pair : cell.pairs) {
    for (const Sample* sample : {&pair.baseline, &pair.contender}) {
      for (const auto& [name, operation] : sample->result.operations) names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace tare
