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
// again. More looks than kMostLooks, or none, throw std::invalid_argument.
inline constexpr int kMostLooks = 9;
Levels levels_of(int looks);

// The looks of an experiment of at most so many pairs: the standard ones before, and its end.
std::vector<int> looks_up_to(int pairs);

// The looks of an experiment that goes on after it has ended: it could end at `looks` and did at
// `pairs`. One that ran until a verdict may end at the standard ones that are left, after 30 pairs
// at 45 and 60, then 90 and 120; one of a fixed number at twice that number; and `wanted`, if it is
// not 0, alone of these. Ends it had passed still count. Throws UsageError when `wanted` is not
// more than `pairs`, and when it has been looked at too often to go on.
std::vector<int> looks_going_on(const std::vector<int>& looks, int pairs, int wanted);

}  // namespace tare
