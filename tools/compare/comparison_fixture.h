// Trials made of plain figures, for the tests of the comparison.
// Level: compare, tests only. Pure functions.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tools/compare/comparison.h"

namespace tare {

// One trial of one operation, all of whose times are `ms`.
inline Sample trial(double ms, int64_t requests = 4000, int64_t not_ok = 0) {
  Sample sample;
  sample.result.scenario = "s";
  sample.result.schedule_digest = "d";
  sample.result.measured_s = 10;
  sample.result.offered_rate_per_s = double(requests) / 10;
  OperationResult operation;
  operation.requests.scheduled = requests;
  operation.requests.ok = requests - not_ok;
  operation.requests.failed = not_ok;
  HistogramSummary times;
  times.count = requests - not_ok;
  if (times.count > 0) {
    times.mean = times.tm95 = ms * 1e6;
    times.p50 = times.p90 = times.p95 = times.p99 = times.p999 = times.max = int64_t(ms * 1e6);
    operation.paths["plain"] = {times.count, times};
  }
  operation.response_time_ns = operation.service_time_ns = times;
  sample.result.operations["page"] = operation;
  return sample;
}

inline std::vector<PairSample> paired(const std::vector<double>& before,
                                      const std::vector<double>& after) {
  std::vector<PairSample> pairs;
  for (size_t i = 0; i < before.size(); ++i) pairs.push_back({trial(before[i]), trial(after[i])});
  return pairs;
}

inline const Row& row_of(const Comparison& comparison, const std::string& metric,
                         const std::string& operation = "page") {
  for (const Row& row : comparison.rows) {
    if (row.metric == metric && row.operation == operation) return row;
  }
  static const Row none;
  ADD_FAILURE() << "no row " << metric;
  return none;
}

}  // namespace tare
