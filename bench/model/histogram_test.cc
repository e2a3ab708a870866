#include "bench/model/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bench/model/random.h"

namespace tare {
namespace {

// Skewed values over the whole range, each its own function of (seed, i).
int64_t skewed_value(uint64_t seed, uint64_t i) {
  return static_cast<int64_t>(std::exp(Random(seed, 0, i).unit() * std::log(60e9)));
}

bool same(const Histogram& a, const Histogram& b) {
  return a.counts() == b.counts() && a.summary() == b.summary() && a.min() == b.min() &&
         a.clamped() == b.clamped();
}

TEST(Histogram, HasTheLayoutOfHdrHistogram) {
  EXPECT_EQ(Histogram().counts().size(), 27'648u);
  EXPECT_EQ(Histogram::index_of(0), 0);
  EXPECT_EQ(Histogram::index_of(2047), 2047);
  EXPECT_EQ(Histogram::index_of(2048), 2048);
  EXPECT_EQ(Histogram::index_of(2049), 2048);
  EXPECT_EQ(Histogram::index_of(2050), 2049);
  EXPECT_EQ(Histogram::index_of(4095), 3071);
  EXPECT_EQ(Histogram::index_of(4096), 3072);
  EXPECT_EQ(Histogram::index_of(1'000'000), 11'169);
  EXPECT_LT(Histogram::index_of(Histogram::kHighest), 27'648);
}

TEST(Histogram, BucketsFollowEachOtherWithoutGaps) {
  for (int i = 0; i < 27'647; ++i) {
    ASSERT_EQ(Histogram::value_of(i) + Histogram::width_of(i), Histogram::value_of(i + 1)) << i;
    ASSERT_EQ(Histogram::index_of(Histogram::value_of(i)), i);
    ASSERT_EQ(Histogram::index_of(Histogram::value_of(i) + Histogram::width_of(i) - 1), i);
    ASSERT_LE(Histogram::width_of(i) * 1000, std::max<int64_t>(Histogram::value_of(i), 1000)) << i;
  }
}

TEST(Histogram, EmptyIsZeroEverywhere) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.summary(), HistogramSummary());
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.value_at_percentile(0), 0);
}

TEST(Histogram, ClampsAndCountsWhatDoesNotFit) {
  Histogram histogram;
  histogram.record(-5);
  histogram.record(0);
  histogram.record(Histogram::kHighest);
  EXPECT_EQ(histogram.clamped(), 0);
  histogram.record(Histogram::kHighest + 1, 3);
  histogram.record(INT64_MAX);
  histogram.record(INT64_MIN);
  histogram.record(1000, 0);
  histogram.record(1000, -1);
  EXPECT_EQ(histogram.clamped(), 4);
  EXPECT_EQ(histogram.count(), 8);
  EXPECT_EQ(histogram.counts()[1], 3);
  EXPECT_EQ(histogram.counts()[Histogram::index_of(Histogram::kHighest)], 5);
  EXPECT_EQ(histogram.min(), 1);
  EXPECT_GE(histogram.max(), Histogram::kHighest);
  EXPECT_LE(double(histogram.max()), double(Histogram::kHighest) * 1.001);
}

// The count a percentile asks for is rounded up; a percentile that is exactly a whole number of
// records stays on that record; 0 is the lowest value, everything else the highest of its bucket.
TEST(Histogram, PercentilesFollowHdrHistogramsRounding) {
  Histogram histogram;
  for (int64_t value = 1; value <= 10; ++value) histogram.record(value);
  EXPECT_EQ(histogram.value_at_percentile(50), 5);
  EXPECT_EQ(histogram.value_at_percentile(50.0001), 6);
  EXPECT_EQ(histogram.value_at_percentile(51), 6);
  EXPECT_EQ(histogram.value_at_percentile(90), 9);
  EXPECT_EQ(histogram.value_at_percentile(90.1), 10);
  EXPECT_EQ(histogram.value_at_percentile(100), 10);
  EXPECT_EQ(histogram.value_at_percentile(200), 10);
  EXPECT_EQ(histogram.value_at_percentile(0.001), 1);
  EXPECT_EQ(histogram.value_at_percentile(0), 1);
  EXPECT_EQ(histogram.value_at_percentile(-3), 1);

  Histogram wide;
  wide.record(1'000'000);
  EXPECT_EQ(wide.value_at_percentile(0), 999'936);
  EXPECT_EQ(wide.value_at_percentile(50), 1'000'447);
  EXPECT_EQ(wide.max(), 1'000'447);
  EXPECT_EQ(wide.min(), 999'936);
}

TEST(Histogram, PercentilesAreWithinThreeDigitsOfTheSortedValues) {
  Histogram histogram;
  std::vector<int64_t> values;
  for (uint64_t i = 0; i < 20'000; ++i) {
    values.push_back(skewed_value(1, i));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (double percentile : {0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto rank = static_cast<size_t>(std::ceil(percentile * 20'000 / 100 - 1e-6));
    const int64_t exact = values[rank - 1], value = histogram.value_at_percentile(percentile);
    EXPECT_GE(value, exact) << percentile;
    EXPECT_LE(double(value), double(exact) * 1.001) << percentile;
  }
}

TEST(Histogram, MeanIsOfTheBucketsMiddles) {
  Histogram histogram;
  histogram.record(10);
  histogram.record(20, 3);
  EXPECT_DOUBLE_EQ(histogram.mean(), 17.5);
  Histogram wide;
  wide.record(1'000'000);
  EXPECT_DOUBLE_EQ(wide.mean(), 999'936 + 256);
}

TEST(Histogram, TrimmedMeanTakesTheStraddlingBucketInPart) {
  Histogram histogram;
  for (int64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_DOUBLE_EQ(histogram.trimmed_mean(0.95), 48);  // mean of 1 .. 95
  EXPECT_DOUBLE_EQ(histogram.trimmed_mean(1), 50.5);
  EXPECT_DOUBLE_EQ(histogram.trimmed_mean(0.001), 1);
  EXPECT_DOUBLE_EQ(histogram.trimmed_mean(0), 0);

  Histogram straddled;  // 95 % of 10 is 9.5: nine at 100 and half of the one at 2000
  straddled.record(100, 9);
  straddled.record(2000);
  EXPECT_DOUBLE_EQ(straddled.trimmed_mean(0.95), (900 + 0.5 * 2000) / 9.5);
  straddled.record(1'000'000'000);  // 95 % of 11 is 10.45: 0.45 of the stall
  EXPECT_NEAR(straddled.summary().tm95, (900 + 2000 + 0.45 * 1e9) / 10.45, 1e9 * 0.001 / 10);
}

TEST(TrimmedParts, DivideTheStraddlingBucketByItsCounts) {
  Histogram hits, misses, none;
  hits.record(100, 8);
  misses.record(100, 1);
  hits.record(2000, 1);
  misses.record(2000, 10);
  // 95 % of 20 is 19: nine at 100 and 10 of the 11 at 2000.
  const auto parts = trimmed_parts({&hits, &misses, &none}, 0.95);
  const double hit_part = 10.0 / 11, miss_part = 100.0 / 11;
  EXPECT_DOUBLE_EQ(parts[0].share, (8 + hit_part) / 19);
  EXPECT_DOUBLE_EQ(parts[0].mean, (800 + hit_part * 2000) / (8 + hit_part));
  EXPECT_DOUBLE_EQ(parts[1].share, (1 + miss_part) / 19);
  EXPECT_DOUBLE_EQ(parts[1].mean, (100 + miss_part * 2000) / (1 + miss_part));
  EXPECT_EQ(parts[2], TrimmedPart());
  EXPECT_EQ(trimmed_parts({&none, &none}, 0.95), std::vector<TrimmedPart>(2));
  EXPECT_TRUE(trimmed_parts({}, 0.95).empty());
}

// A path whose requests are all among the slowest 5 % has no part in the tm95.
TEST(TrimmedParts, LeaveOutWhatIsBeyondTheCut) {
  Histogram fast, slow;
  fast.record(100, 96);
  slow.record(1'000'000, 4);
  const auto parts = trimmed_parts({&fast, &slow}, 0.95);
  EXPECT_EQ(parts[0], (TrimmedPart{1, 100}));
  EXPECT_EQ(parts[1], TrimmedPart());
}

TEST(TrimmedParts, AddUpToTheTrimmedMeanOfAll) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<Histogram> paths(5);
    Histogram all;
    const uint64_t records = 1 + mix_bits(seed) % 3000;
    for (uint64_t i = 0; i < records; ++i) {
      const int64_t value = skewed_value(100 + seed, i);
      paths[mix_bits(seed * 1'000'003 + i) % (1 + seed % 5)].record(value);
      all.record(value);
    }
    std::vector<const Histogram*> pointers;
    for (const Histogram& path : paths) pointers.push_back(&path);
    for (const double share : {0.95, 0.5, 1.0}) {
      double sum = 0, shares = 0;
      for (const TrimmedPart& part : trimmed_parts(pointers, share)) {
        sum += part.share * part.mean;
        shares += part.share;
      }
      EXPECT_NEAR(shares, 1, 1e-12);
      EXPECT_NEAR(sum, all.trimmed_mean(share), 1e-12 * all.trimmed_mean(share)) << seed;
    }
  }
}

TEST(Histogram, SummaryFillsEveryField) {
  Histogram histogram;
  for (int64_t value = 1; value <= 1000; ++value) histogram.record(value);
  const HistogramSummary summary = histogram.summary();
  EXPECT_EQ(summary.count, 1000);
  EXPECT_DOUBLE_EQ(summary.mean, 500.5);
  EXPECT_DOUBLE_EQ(summary.tm95, 475.5);
  EXPECT_EQ(summary.p50, 500);
  EXPECT_EQ(summary.p90, 900);
  EXPECT_EQ(summary.p95, 950);
  EXPECT_EQ(summary.p99, 990);
  EXPECT_EQ(summary.p999, 999);
  EXPECT_EQ(summary.max, 1000);
}

TEST(Histogram, MergesLosslessly) {
  Histogram whole, parts[3], merged;
  for (uint64_t i = 0; i < 10'000; ++i) {
    const int64_t value = skewed_value(2, i) + (i % 1000 == 0 ? Histogram::kHighest : 0);
    whole.record(value);
    parts[i % 3].record(value);
  }
  merged.merge(Histogram());
  EXPECT_TRUE(merged.empty());
  for (const Histogram& part : parts) merged.merge(part);
  merged.merge(Histogram());
  EXPECT_TRUE(same(merged, whole));
  EXPECT_EQ(merged.clamped(), 10);
}

TEST(Histogram, ClearedIsAsNew) {
  Histogram histogram, fresh;
  histogram.clear();
  for (uint64_t i = 0; i < 1000; ++i) histogram.record(skewed_value(3, i) * 2);
  histogram.clear();
  EXPECT_TRUE(same(histogram, fresh));
  histogram.record(500);
  fresh.record(500);
  EXPECT_TRUE(same(histogram, fresh));
}

}  // namespace
}  // namespace tare
