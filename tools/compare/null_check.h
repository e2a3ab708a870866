// The baseline compared with itself: what the comparison says where nothing was changed.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "tools/compare/comparison.h"

namespace tare {

// For each gating row that is a time or a rate: every odd baseline trial against the even one after
// it, each second couple the other way round, so that what drifts leans on neither; with 95 %
// limits. Reported with every experiment; gates nothing. Without two couples there are no limits,
// without one no entry.
std::vector<NullCheck> null_check(const std::vector<PairSample>& pairs,
                                  const std::vector<Row>& rows);

}  // namespace tare
