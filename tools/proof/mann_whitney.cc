#include "tools/proof/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace tare {
namespace {

constexpr size_t kMostExact = 50, kMostExactWithTies = 25, kFewExactInScipy = 8;
constexpr size_t kMostValues = 1'000;

struct Ranks {
  std::vector<int64_t> all;  // twice the rank of each value, smallest first: middle ranks are whole
  int64_t one = 0;           // the sum over the first arm
  double tied = 0;           // t^3 - t over groups of t alike values
  bool has_ties() const { return tied > 0; }
};

void require_values(const std::vector<double>& values) {
  const bool finite =
      std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (values.empty() || values.size() > kMostValues || !finite) {
    throw std::invalid_argument("a U test needs 1 to 1,000 values in each arm, all of them finite");
  }
}

Ranks ranks_of(const std::vector<double>& one, const std::vector<double>& other) {
  struct Value {
    double value;
    bool is_one;
  };
  std::vector<Value> values;
  for (const double value : one) values.push_back({value, true});
  for (const double value : other) values.push_back({value, false});
  std::sort(values.begin(), values.end(),
            [](const Value& a, const Value& b) { return a.value < b.value; });
  Ranks ranks;
  for (size_t first = 0; first < values.size();) {
    size_t end = first;
    while (end < values.size() && values[end].value == values[first].value) ++end;
    const auto doubled = int64_t(first + 1 + end);
    for (size_t i = first; i < end; ++i) {
      ranks.all.push_back(doubled);
      if (values[i].is_one) ranks.one += doubled;
    }
    const auto alike = double(end - first);
    ranks.tied += alike * alike * alike - alike;
    first = end;
  }
  return ranks;
}

// How likely `n` of the ranks, drawn blindly, sum to `most` or less. Sums are counted by the number
// of ranks drawn so far; doubles hold these counts to 16 digits.
double chance_of_at_most(const std::vector<int64_t>& ranks, size_t n, int64_t most) {
  if (most < 0) return 0;
  const auto sums = size_t(most) + 1;
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(sums, 0.0));
  ways[0][0] = 1;
  for (size_t seen = 0; seen < ranks.size(); ++seen) {
    const auto rank = size_t(ranks[seen]);
    for (size_t drawn = std::min(seen + 1, n); drawn >= 1; --drawn) {
      const std::vector<double>& without = ways[drawn - 1];
      std::vector<double>& with = ways[drawn];
      for (size_t sum = rank; sum < sums; ++sum) with[sum] += without[sum - rank];
    }
  }
  double found = 0, all = 1;
  for (const double each : ways[n]) found += each;
  for (size_t i = 1; i <= n; ++i) all = all * double(ranks.size() - n + i) / double(i);
  return found / all;
}

double exact_p(const Ranks& ranks, size_t n) {
  const int64_t middle = int64_t(n) * int64_t(ranks.all.size() + 1);  // of the doubled sum
  const int64_t distance = std::abs(ranks.one - middle);
  if (distance == 0) return 1;
  if (ranks.has_ties())
    return std::min(1.0, 2 * chance_of_at_most(ranks.all, n, middle - distance));
  std::vector<int64_t> plain;
  for (const int64_t doubled : ranks.all) plain.push_back(doubled / 2);
  return std::min(1.0, 2 * chance_of_at_most(plain, n, (middle - distance) / 2));
}

double normal_p(const Ranks& ranks, size_t n) {
  const auto all = double(ranks.all.size()), one = double(n), other = all - one;
  const double variance = one * other / 12 * ((all + 1) - ranks.tied / (all * (all - 1)));
  if (!(variance > 0)) return 1;
  const double distance = std::abs(double(ranks.one) / 2 - one * (all + 1) / 2);
  const double z = (distance - 0.5) / std::sqrt(variance);
  return std::min(1.0, std::erfc(z / std::sqrt(2.0)));
}

}  // namespace

double mann_whitney_p(const std::vector<double>& one, const std::vector<double>& other,
                      UTest test) {
  require_values(one);
  require_values(other);
  const Ranks ranks = ranks_of(one, other);
  if (ranks.all.front() == ranks.all.back()) return 1;
  const size_t fewer = std::min(one.size(), other.size());
  const size_t more = std::max(one.size(), other.size());
  const bool exact = test == UTest::benchstat
                         ? more <= (ranks.has_ties() ? kMostExactWithTies : kMostExact)
                         : fewer <= kFewExactInScipy && !ranks.has_ties();
  return exact ? exact_p(ranks, one.size()) : normal_p(ranks, one.size());
}

}  // namespace tare
