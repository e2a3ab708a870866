// Shares of which so few requests failed that they have no normal noise: judged by their counts.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/compare/decision.h"

namespace tare {

// With fewer failures in both arms together, counts decide.
inline constexpr int64_t kFewFailures = 10;

// Of all trials of an arm.
struct FailureCount {
  int64_t failed = 0, of = 0;  // of > 0
};

struct FewFailures {
  // None: the contender failed no more than the baseline, and so few requests cannot show that the
  // margin is kept.
  std::optional<Verdict> verdict;
  Interval limits;                // of the difference of the shares
  std::optional<double> p_value;  // one-sided, of "worse"; none when nothing failed
};

// Limits of each share by Clopper and Pearson at levels.limit; the arms' counts against each other
// by Fisher's exact test (Statistical Methods for Research Workers, 1934). Regressed: the
// difference is at least the margin, and beyond chance; improved: mirrored; equivalent and not
// worse: the limits of the difference lie within the margin.
FewFailures judge_few_failures(const FailureCount& baseline, const FailureCount& contender,
                               double margin, const Levels& levels);

}  // namespace tare
