// What the rules of widely used tools, and tare's own, say of the same trials: one metric, smaller
// is better, one value a trial.
// Level: proof. Pure functions, the same every time; safe from any thread.
#pragma once

#include <string_view>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/compare/statistics.h"

namespace tare {

struct Arms {
  std::vector<double> baseline, contender;  // above 0, in the order they were measured
};

// How the arms were measured: all of the baseline first, or pair by pair.
enum class Design { in_sequence, interleaved };

enum class Answer { nothing, alarm, improvement };

// golang/perf's benchstat: the exact U test at 0.05 (mann_whitney.h); what it prints beside it is
// the difference of the medians, which here says the direction.
Answer benchstat_answer(const Arms& arms);

// Google Benchmark's compare.py: SciPy's U test at 0.05. It differs from benchstat's in that nine
// values an arm, the fewest for which it does not warn, are already put to the normal
// approximation.
Answer compare_py_answer(const Arms& arms);
inline constexpr int kComparePyAsksFor = 9;

// The medians differ by more than 5 %. With 7 baselines and 1 contender this is the rule of
// redis-benchmarks-specification's comparison; with one of each that of many a pipeline.
inline constexpr double kPercentLimit = 0.05;
Answer percent_answer(const Arms& arms);
inline constexpr size_t kPercentBaselines = 7;

// A rule of another tool, and what it takes of an experiment's trials.
enum class Takes { all, seven_and_one, one_and_one };
struct RivalRule {
  std::string_view name;
  Takes takes = Takes::all;
  Answer (*answer)(const Arms&) = nullptr;
};
inline constexpr RivalRule kRivalRules[] = {
    {"benchstat", Takes::all, benchstat_answer},
    {"compare.py", Takes::all, compare_py_answer},
    {"5 % limit, 7 and 1", Takes::seven_and_one, percent_answer},
    {"5 % limit, 1 and 1", Takes::one_and_one, percent_answer},
};

// Baselines and contenders that lie next to each other: the last and the first in sequence, around
// the middle of the first seven pairs when interleaved. Throws when there are too few.
Arms taken(const Arms& arms, Takes takes, Design design);

// tare's rule: pairs of trials, `orders[i]` of the i-th, looked at after `looks` of them (no more
// than there are) until there is a verdict; one row, so that no other shares its alarm.
struct PairedVerdict {
  Verdict verdict = Verdict::inconclusive;
  int pairs = 0;                 // that it took
  std::vector<Interval> limits;  // of each look, of the logarithm of the ratio
};
PairedVerdict tare_verdict(const Arms& arms, const std::vector<PairOrder>& orders, double margin,
                           const std::vector<int>& looks);
Answer answer_of(Verdict verdict);

// With its default margin; and with none to speak of, as the U tests have none: then a regression
// is whatever lies above 0, and nothing is ever called the same.
struct OwnRule {
  std::string_view name;
  double margin = 0;
};
inline constexpr OwnRule kOwnRules[] = {{"tare, margin 3 %", 0.03}, {"tare without margin", 1e-9}};

// All of these throw std::invalid_argument for arms without values or with impossible ones.

}  // namespace tare
