// When an experiment is looked at, and how sure each look must be so that all of them together keep
// the promise: a false alarm in at most 1 % of experiments, a bound wrongly thought kept in at most
// 2.5 %.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <vector>

namespace tare {

// Pairs at which an experiment that runs until a verdict may end.
const std::vector<int>& standard_looks();  // 6, 10, 15, 20, 30

// Nominal one-sided levels of one look.
struct Levels {
  // Of a regression, to be shared by the gating rows (Holm). Together at most 1 %, whatever number
  // of rows shares it.
  double alarm = 0.01;
  // Of each limit of an interval. Together 2.5 %: the intervals of all looks hold the true change
  // in 95 % of experiments ("repeated confidence intervals": Jennison and Turnbull, J. R. Statist.
  // Soc. B 51, 1989).
  double limit = 0.025;

  friend bool operator==(const Levels&, const Levels&) = default;
};

// For an experiment that may be looked at so often, at the standard looks from the first on; one
// look alone may be anywhere. Found by simulation of pairs with normal noise; looks_test.cc does it
// again. More looks than five, or none, throw std::invalid_argument. What an experiment was
// promised is spent when it has had its looks: the first repeat beyond them may spend half as much
// once more, the next one half of that, so that all of them together at most double it.
Levels levels_of(int looks, int repeats = 0);

// The looks of an experiment of at most so many pairs: the standard ones before, and its end.
std::vector<int> looks_up_to(int pairs);

// Where an experiment may end, and how often it was repeated beyond what was planned at first.
struct LooksPlan {
  std::vector<int> looks;
  int repeats = 0;

  friend bool operator==(const LooksPlan&, const LooksPlan&) = default;
};

inline constexpr int kMostRepeats = 30;

// The plan of an experiment that ended at `pairs` and goes on: the same one where it has looks left
// and ended at one of them. Else a further repeat, with looks of its own: `wanted` alone, if it is
// not 0; for one of a fixed number twice that number; for one that runs until a verdict the
// standard looks that are left (a budget ended it between them), or half as many again and twice as
// many. Throws UsageError when `wanted` is not 0 and not more than `pairs`, and after
// kMostRepeats.
LooksPlan plan_going_on(const LooksPlan& plan, int pairs, int wanted);

}  // namespace tare
