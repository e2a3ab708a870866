// A High Dynamic Range histogram: nanoseconds from 1 ns to 60 s at 3 significant digits, in the
// bucket layout of HdrHistogram (Gil Tene), so that any HdrHistogram tool reads it.
// Level: model. Not thread safe; a value type. Records without allocating.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/model/result.h"

namespace tare {

class Histogram {
 public:
  static constexpr int64_t kLowest = 1;
  static constexpr int64_t kHighest = 60'000'000'000;  // 60 s in ns
  static constexpr int kSignificantDigits = 3;

  Histogram();

  // Counts `value` in ns. Values below 1 count as 1; above kHighest as kHighest, and are counted
  // in clamped().
  void record(int64_t value);
  void record(int64_t value, int64_t count);  // nothing if count <= 0
  void merge(const Histogram& other);         // lossless
  void clear();                               // touches only the range that was used

  bool empty() const { return count_ == 0; }
  int64_t count() const { return count_; }
  int64_t clamped() const { return clamped_; }
  int64_t max() const;  // highest equivalent value of the largest recorded; 0 when empty
  int64_t min() const;  // lowest equivalent value of the smallest recorded; 0 when empty
  double mean() const;  // of the buckets' middles

  // The value below or at which `percentile` per cent of the records lie, as HdrHistogram
  // (2.1.11 and later) computes it: the highest value equivalent to the bucket's, or the lowest
  // for percentile 0. 0 when empty.
  int64_t value_at_percentile(double percentile) const;

  // Mean of the smallest `share` of the records (0 < share <= 1), in bucket middles; the bucket
  // that straddles the cut counts in part. tm95 is share 0.95. 0 when empty.
  double trimmed_mean(double share) const;

  HistogramSummary summary() const;

  friend std::vector<TrimmedPart> trimmed_parts(const std::vector<const Histogram*>& histograms,
                                                double share);

  // The counts in HdrHistogram's order, for the log format.
  const std::vector<int64_t>& counts() const { return counts_; }
  static int index_of(int64_t value);  // of a value in [0, kHighest]
  static int64_t value_of(int index);  // the lowest value of a bucket
  static int64_t width_of(int index);  // how many values share the bucket

 private:
  std::vector<int64_t> counts_;
  int64_t count_ = 0;
  int64_t clamped_ = 0;
  int lowest_index_, highest_index_ = -1;  // the range in use; lowest > highest when empty
};

// The smallest `share` of all the records of these histograms together, divided among them: for
// each its share of those records and its own mean among them. The sum of share * mean is the
// trimmed mean of the merged histograms, up to rounding; the bucket that straddles the cut goes to
// the histograms in proportion to their counts in it. All zero where there are no records.
std::vector<TrimmedPart> trimmed_parts(const std::vector<const Histogram*>& histograms,
                                       double share);

}  // namespace tare
