// Two tests of paired differences that do not trust their distribution: what outliers alone bring
// about they do not see.
// Level: compare. Pure functions, the same to the last bit every time; safe from any thread.
#pragma once

#include <vector>

namespace tare {

// One-sided p values against "the differences lie about 0 or below, alike on both sides".
// Differences are finite and at least one, else std::invalid_argument.

// By flipping signs (Fisher, "The Design of Experiments", 1935, section 21): of all assignments of
// signs to the differences, the share whose sum is at least the one found. Every assignment up to
// 30 differences; above, 20,000 random ones with a fixed seed, the one found among them.
double sign_flip_p(const std::vector<double>& differences);

// Wilcoxon's signed ranks (Biometrics Bulletin 1, 1945), exactly, with middle ranks for ties and
// differences of 0 left out (all of them 0: 1). At most 1,000 differences.
double signed_rank_p(const std::vector<double>& differences);

}  // namespace tare
