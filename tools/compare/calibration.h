// What an A/A experiment says of the machine and the scenario: how far the pairs spread, what so
// many of them can see, how often a verdict would be wrong, and the margins that can be resolved.
// Level: compare. Pure functions; safe from any thread. JSON: results/calibration.schema.json.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/compare/proportion.h"
#include "tools/compare/resampling.h"

namespace tare {

// Fewer pairs cannot say how far they spread.
inline constexpr int kFewestCalibrated = 6;

// So many experiments are resampled from the pairs; a share of 1 % is then known to 0.3 points.
inline constexpr int kResampledExperiments = 1000;

// A margin is resolved when so many A/A experiments end "not worse" (or better) within it.
inline constexpr double kResolvedShare = 0.9;

struct Sight {
  int pairs = 0;
  double change = 0;  // the smallest worsening they show four times in five, in the row's terms

  friend bool operator==(const Sight&, const Sight&) = default;
};

struct CalibratedRow {
  std::string operation, metric;
  Gating gating = Gating::shown;
  ChangeKind kind = ChangeKind::relative;
  double spread = 0;               // standard deviation of the pairs' log-ratios (points: log-odds)
  std::vector<Sight> sees;         // with 6, 10, 20 and 30 pairs
  double margin = 0;               // of the scenario, or the default
  double not_worse_20 = 0;         // share of resampled experiments of this row that pass within it
  double not_worse_30 = 0;         // in so many pairs
  std::optional<double> resolves;  // of times and rates: the smallest margin; none: not even 100 %

  friend bool operator==(const CalibratedRow&, const CalibratedRow&) = default;
};

struct Calibration {
  std::string scenario;
  std::string started_at;  // ISO 8601, UTC
  double duration_s = 0;
  int pairs = 0;                    // that count
  int tainted_pairs = 0;            // that were measured and do not
  int within = 20;                  // pairs in which `margins` are resolved
  std::vector<CalibratedRow> rows;  // gating rows first
  // Of experiments resampled from the pairs, over all gating rows together, at the scenario's
  // margins.
  Proportion alarms, not_worse_20, not_worse_30;
  int experiments = kResampledExperiments;
  double worth = 0;  // so many experiments the pairs are enough for without using one twice
  // By metric, the smallest that every operation resolves; a metric that is not resolved has none.
  std::map<std::string, double> margins;
  std::vector<std::string> unresolved;  // "OPERATION METRIC", not even with a margin of 100 %
  std::vector<std::string> alarmed;     // gating rows that the A/A experiment itself calls worse
  std::vector<std::string> invalid_reasons;  // not empty: nothing here may be trusted
  int exit_code = 0;                         // 3 when alarmed or invalid, else 0

  friend bool operator==(const Calibration&, const Calibration&) = default;
};

// `pairs` are those that count, and `comparison` what compare() says of them with `criteria`, all
// its reasons for being invalid included. Fewer than kFewestCalibrated pairs are invalid and have
// no rows. `within` is one of standard_looks(). Takes about a second for each
// operation.
Calibration calibrate(const std::vector<PairSample>& pairs, const Comparison& comparison,
                      const Criteria& criteria, int within,
                      int experiments = kResampledExperiments);

// The fields above; throws std::invalid_argument naming the field for what is NaN or infinite.
std::string calibration_to_json(const Calibration& calibration);

// `"margins": {...}`, to be pasted into a scenario; one line without a line break.
std::string margins_to_json(const Calibration& calibration);

}  // namespace tare
