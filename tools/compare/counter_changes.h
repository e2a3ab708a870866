// Which of the servers' counters differ between the arms beyond chance. Shown, never gating: they
// say why, the rows say whether.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/comparison.h"

namespace tare {

// At most 12, what moved most first; none with fewer than three pairs that tell of their counters.
// A difference is shown when the mean of the pairs' differences (of logs per request, or of shares)
// is beyond chance at 1 % shared by all counters that are looked at (Bonferroni), at least 10 % or
// 5 points, and of events that are not few.
std::vector<CounterChange> counter_changes(const std::vector<PairSample>& pairs);

}  // namespace tare
