#include "tools/compare/rank_tests.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <stdexcept>

#include "bench/model/random.h"

namespace tare {
namespace {

constexpr size_t kMostEnumerated = 30;
constexpr int kRandomAssignments = 20'000;
constexpr uint64_t kSeed = 20'000, kStream = 1;
constexpr size_t kMostRanked = 1'000;

void require_finite(const std::vector<double>& differences) {
  const bool finite = std::all_of(differences.begin(), differences.end(),
                                  [](double difference) { return std::isfinite(difference); });
  if (differences.empty() || !finite) {
    throw std::invalid_argument("a test needs at least one difference, all of them finite");
  }
}

// Sums of the same terms in another order or sign differ by rounding.
double rounding(const std::vector<double>& differences) {
  double sum = 0;
  for (const double difference : differences) sum += std::abs(difference);
  return sum * 1e-12;
}

// Twice the rank of each difference by its size, so that middle ranks are whole.
std::vector<int64_t> doubled_ranks(const std::vector<double>& differences) {
  std::vector<size_t> order(differences.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto size_of = [&](size_t i) { return std::abs(differences[i]); };
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return size_of(a) < size_of(b); });
  std::vector<int64_t> ranks(differences.size());
  for (size_t first = 0; first < order.size();) {
    size_t end = first;
    while (end < order.size() && size_of(order[end]) == size_of(order[first])) ++end;
    for (size_t i = first; i < end; ++i) ranks[order[i]] = int64_t(first + 1 + end);
    first = end;
  }
  return ranks;
}

// The sums of all assignments of signs to these sizes, smallest first.
std::vector<double> signed_sums(const std::vector<double>& sizes, size_t first, size_t end) {
  std::vector<double> sums = {0};
  for (size_t i = first; i < end; ++i) {
    std::vector<double> less = sums, more = sums, merged(2 * sums.size());
    for (double& sum : less) sum -= sizes[i];
    for (double& sum : more) sum += sizes[i];
    std::merge(less.begin(), less.end(), more.begin(), more.end(), merged.begin());
    sums = std::move(merged);
  }
  return sums;
}

// Every assignment is one of the first half with one of the second.
double share_that_reaches(const std::vector<double>& sizes, double found) {
  const size_t half = sizes.size() / 2;
  const std::vector<double> left = signed_sums(sizes, 0, half);
  const std::vector<double> right = signed_sums(sizes, half, sizes.size());
  double count = 0;
  size_t low = right.size();  // the first of `right` that reaches with the current one of `left`
  for (const double sum : left) {
    while (low > 0 && sum + right[low - 1] >= found) --low;
    count += double(right.size() - low);
  }
  return count / (double(left.size()) * double(right.size()));
}

double random_share_that_reaches(const std::vector<double>& differences, double found) {
  const size_t n = differences.size();
  Random random(kSeed, kStream, n);
  int count = 1;  // the assignment found
  for (int i = 0; i < kRandomAssignments; ++i) {
    double sum = 0;
    uint64_t signs = 0;
    for (size_t k = 0; k < n; ++k) {
      if (k % 64 == 0) signs = random.bits();
      sum += ((signs >> (k % 64)) & 1) != 0 ? differences[k] : -differences[k];
    }
    count += sum >= found ? 1 : 0;
  }
  return double(count) / double(kRandomAssignments + 1);
}

}  // namespace

double sign_flip_p(const std::vector<double>& differences) {
  require_finite(differences);
  const double found =
      std::accumulate(differences.begin(), differences.end(), 0.0) - rounding(differences);
  return differences.size() <= kMostEnumerated ? share_that_reaches(differences, found)
                                               : random_share_that_reaches(differences, found);
}

double signed_rank_p(const std::vector<double>& differences) {
  require_finite(differences);
  std::vector<double> counted;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(counted),
               [](double difference) { return difference != 0; });
  if (counted.empty()) return 1;
  if (counted.size() > kMostRanked) throw std::invalid_argument("too many differences to rank");
  const std::vector<int64_t> ranks = doubled_ranks(counted);
  int64_t found = 0, all = 0;
  for (size_t i = 0; i < counted.size(); ++i) {
    all += ranks[i];
    if (counted[i] > 0) found += ranks[i];
  }
  // The chance of each sum of ranks when every sign is a coin's.
  std::vector<double> chance(size_t(all) + 1, 0.0);
  chance[0] = 1;
  int64_t reached = 0;
  for (const int64_t rank : ranks) {
    reached += rank;
    for (int64_t sum = reached; sum >= 0; --sum) {
      const double without = chance[size_t(sum)];
      const double with = sum >= rank ? chance[size_t(sum - rank)] : 0;
      chance[size_t(sum)] = (without + with) / 2;
    }
  }
  double p = 0;
  for (int64_t sum = all; sum >= found; --sum) p += chance[size_t(sum)];
  return std::min(p, 1.0);
}

}  // namespace tare
