// What paired differences of one metric say: a verdict, and what it rests on.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/compare/looks.h"
#include "tools/compare/statistics.h"

namespace tare {

// Contender against baseline, pair by pair, turned so that up is worse.
struct Differences {
  std::vector<double> values;
  std::vector<PairOrder> orders;  // as many
  // Both above 0, in the terms of the values; infinite where nothing can be so much better.
  double worse_margin = 0, better_margin = 0;
  double slack = 0;  // by how much either limit must clear what it has to: the arms' lag differs
};

struct Decision {
  Verdict verdict = Verdict::inconclusive;
  PairedEstimate estimate;
  std::optional<Interval> limits;  // at the level of this look, without the slack
  std::optional<double> p_value;   // of "not worse", with the slack
  std::optional<double> order_effect;
  std::optional<int> more_pairs;  // when inconclusive; kMostPairs when that would not do
  std::string note;
};

inline constexpr int kMostPairs = 1000;

// What is detectable would be seen in so many experiments: four times in five.
inline constexpr double kPower = 0.8;

// From so many pairs on two tests that outliers do not move must come to the same verdict.
inline constexpr int kFewestCrossChecked = 10;

// Regressed: the interval lies above 0 and the estimate at the margin or beyond. Improved:
// mirrored. Equivalent: the interval lies within the margins. Not worse: its upper limit does.
// Else, or when the tests of rank_tests.h do not bear the verdict out at 2.5 %, inconclusive.
// Throws std::invalid_argument for no differences.
Decision decide(const Differences& differences, const Levels& levels);

// The smallest worsening that is called a regression in kPower of experiments like this one, among
// so many rows that share the alarm: its interval clears 0, it is beyond chance, and the estimate
// is at the margin or beyond. None for one difference, and without spread.
std::optional<double> detectable_worsening(const PairedEstimate& estimate, double worse_margin,
                                           const Levels& levels, int rows);

// How many more pairs would, four times in five, bring a limit at `level` to clear what lies so far
// from the estimate, if estimate and spread stay as they are; 1 to kMostPairs.
int pairs_until(const PairedEstimate& estimate, double distance, double level);

// Which of these one-sided p values are below chance, all together at `level`: Holm's step-down
// procedure (Scand. J. Statist. 6, 1979). In their order.
std::vector<bool> holm(const std::vector<double>& p_values, double level);

}  // namespace tare
