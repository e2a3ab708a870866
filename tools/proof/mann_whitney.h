// The test that other tools decide by: Mann and Whitney's U, two-sided ("On a test of whether one
// of two random variables is stochastically larger than the other", Ann. Math. Statist. 18, 1947).
// Level: proof. Pure functions, the same to the last bit every time; safe from any thread.
#pragma once

#include <vector>

namespace tare {

enum class UTest {
  // golang/perf, internal/stats/utest.go (712aea8): the exact distribution up to 50 values an arm,
  // up to 25 if there are ties (Klotz, J. Amer. Statist. Assoc. 61, 1966); above, the normal one
  // with corrections for ties and continuity.
  benchstat,
  // scipy.stats.mannwhitneyu with its defaults ("auto", since SciPy 1.7), as Google Benchmark's
  // compare.py calls it: exact only without ties and while one arm has 8 values or fewer.
  scipy,
};

// The p value of "both arms are alike". All values alike: 1 (benchstat calls the samples equal,
// SciPy has no number). An arm without values, with more than 1,000 of them, or with one that is
// not finite throws std::invalid_argument.
double mann_whitney_p(const std::vector<double>& one, const std::vector<double>& other, UTest test);

}  // namespace tare
