#include "bench/model/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tare {
namespace {

// HdrHistogram's layout: values below 2048 have a bucket each; after that every doubling of the
// value has 1024 buckets, each twice as wide as those before. 3 digits need 2 * 10^3 buckets per
// first range, rounded up to a power of two; 26 ranges reach past 60 s.
constexpr int kHalfBits = 10;
constexpr int kHalf = 1 << kHalfBits;
constexpr int kRanges = 26;
constexpr int kCounts = (kRanges + 1) * kHalf;
static_assert(int64_t{2 * kHalf} << (kRanges - 1) > Histogram::kHighest);
static_assert(int64_t{2 * kHalf} << (kRanges - 2) <= Histogram::kHighest);

double middle_of(int index) {
  const int64_t middle = Histogram::value_of(index) + Histogram::width_of(index) / 2;
  return static_cast<double>(middle);
}

}  // namespace

int Histogram::index_of(int64_t value) {
  const auto bits = static_cast<uint64_t>(value) | (2 * kHalf - 1);
  const int range = static_cast<int>(std::bit_width(bits)) - (kHalfBits + 1);
  return (range << kHalfBits) + static_cast<int>(value >> range);
}

int64_t Histogram::value_of(int index) {
  if (index < 2 * kHalf) return index;
  const int range = (index >> kHalfBits) - 1;
  return static_cast<int64_t>((index & (kHalf - 1)) + kHalf) << range;
}

int64_t Histogram::width_of(int index) {
  return int64_t{1} << std::max((index >> kHalfBits) - 1, 0);
}

Histogram::Histogram() : counts_(kCounts), lowest_index_(kCounts) {}

void Histogram::record(int64_t value) {
  record(value, 1);
}

void Histogram::record(int64_t value, int64_t count) {
  if (count <= 0) return;
  if (value > kHighest) {
    value = kHighest;
    clamped_ += count;
  }
  const int index = index_of(std::max(value, kLowest));
  counts_[index] += count;
  count_ += count;
  lowest_index_ = std::min(lowest_index_, index);
  highest_index_ = std::max(highest_index_, index);
}

void Histogram::merge(const Histogram& other) {
  for (int i = other.lowest_index_; i <= other.highest_index_; ++i) {
    counts_[i] += other.counts_[i];
  }
  count_ += other.count_;
  clamped_ += other.clamped_;
  lowest_index_ = std::min(lowest_index_, other.lowest_index_);
  highest_index_ = std::max(highest_index_, other.highest_index_);
}

void Histogram::clear() {
  if (!empty()) {
    std::fill(counts_.begin() + lowest_index_, counts_.begin() + highest_index_ + 1, 0);
  }
  count_ = 0;
  clamped_ = 0;
  lowest_index_ = kCounts;
  highest_index_ = -1;
}

int64_t Histogram::max() const {
  return empty() ? 0 : value_of(highest_index_) + width_of(highest_index_) - 1;
}

int64_t Histogram::min() const {
  return empty() ? 0 : value_of(lowest_index_);
}

double Histogram::mean() const {
  if (empty()) return 0;
  double sum = 0;
  for (int i = lowest_index_; i <= highest_index_; ++i) {
    sum += middle_of(i) * static_cast<double>(counts_[i]);
  }
  return sum / static_cast<double>(count_);
}

// As HdrHistogram 2.1.11 and later: the percentile is lowered by one ulp, so that the product
// below does not round up past a whole number, and the count it reaches is rounded up.
int64_t Histogram::value_at_percentile(double percentile) const {
  const double below = std::nextafter(percentile, -std::numeric_limits<double>::infinity());
  const double requested = std::clamp(below, 0.0, 100.0);
  const double reached = std::ceil(requested * static_cast<double>(count_) / 100.0);
  const int64_t wanted = std::max(static_cast<int64_t>(reached), int64_t{1});
  int64_t seen = 0;
  for (int i = lowest_index_; i <= highest_index_; ++i) {
    seen += counts_[i];
    if (seen < wanted) continue;
    return percentile == 0 ? value_of(i) : value_of(i) + width_of(i) - 1;
  }
  return max();
}

double Histogram::trimmed_mean(double share) const {
  if (empty() || !(share > 0)) return 0;
  const double wanted = std::min(share, 1.0) * static_cast<double>(count_);
  double taken = 0, sum = 0;
  for (int i = lowest_index_; i <= highest_index_ && taken < wanted; ++i) {
    const double part = std::min(static_cast<double>(counts_[i]), wanted - taken);
    sum += middle_of(i) * part;
    taken += part;
  }
  return sum / taken;
}

std::vector<TrimmedPart> trimmed_parts(const std::vector<const Histogram*>& histograms,
                                       double share) {
  std::vector<TrimmedPart> parts(histograms.size());
  int lowest = kCounts, highest = -1;
  int64_t count = 0;
  for (const Histogram* histogram : histograms) {
    lowest = std::min(lowest, histogram->lowest_index_);
    highest = std::max(highest, histogram->highest_index_);
    count += histogram->count_;
  }
  if (count == 0 || !(share > 0)) return parts;
  const double wanted = std::min(share, 1.0) * static_cast<double>(count);
  std::vector<double> taken(histograms.size()), sums(histograms.size());
  double all_taken = 0;
  for (int i = lowest; i <= highest && all_taken < wanted; ++i) {
    int64_t in_bucket = 0;
    for (const Histogram* histogram : histograms) in_bucket += histogram->counts_[i];
    if (in_bucket == 0) continue;
    const double cut = std::min(1.0, (wanted - all_taken) / static_cast<double>(in_bucket));
    for (size_t each = 0; each < histograms.size(); ++each) {
      const double part = cut * static_cast<double>(histograms[each]->counts_[i]);
      taken[each] += part;
      sums[each] += middle_of(i) * part;
    }
    all_taken += cut * static_cast<double>(in_bucket);
  }
  for (size_t each = 0; each < histograms.size(); ++each) {
    if (taken[each] == 0) continue;
    parts[each] = {taken[each] / all_taken, sums[each] / taken[each]};
  }
  return parts;
}

HistogramSummary Histogram::summary() const {
  return {.count = count_,
          .mean = mean(),
          .tm95 = trimmed_mean(0.95),
          .p50 = value_at_percentile(50),
          .p90 = value_at_percentile(90),
          .p95 = value_at_percentile(95),
          .p99 = value_at_percentile(99),
          .p999 = value_at_percentile(99.9),
          .max = max()};
}

}  // namespace tare
