#include "tools/compare/few_failures.h"

#include <algorithm>
#include <stdexcept>

#include "tools/compare/proportion.h"

namespace tare {
namespace {

// n (n - 1) ... (n - k + 1).
double falling(int64_t n, int64_t k) {
  double product = 1;
  for (int64_t i = 0; i < k; ++i) product *= double(n - i);
  return product;
}

// That so many of all failures are in the contender where nothing differs between the arms: the
// hypergeometric distribution.
double chance_of(int64_t in_contender, int64_t failed, int64_t contender, int64_t baseline) {
  const double ways = falling(failed, in_contender) / falling(in_contender, in_contender);
  return ways * falling(contender, in_contender) * falling(baseline, failed - in_contender) /
         falling(contender + baseline, failed);
}

Proportion share_of(const FailureCount& count, const Levels& levels) {
  return proportion(double(count.failed) / double(count.of), double(count.of), levels.limit);
}

}  // namespace

FewFailures judge_few_failures(const FailureCount& baseline, const FailureCount& contender,
                               double margin, const Levels& levels) {
  if (baseline.of <= 0 || contender.of <= 0) {
    throw std::invalid_argument("a share of failures is a share of something");
  }
  const Proportion before = share_of(baseline, levels), after = share_of(contender, levels);
  FewFailures out;
  out.limits = {after.low - before.high, after.high - before.low};
  const bool not_worse = out.limits.high < margin;
  const bool equivalent = not_worse && out.limits.low > -margin;
  const int64_t failed = baseline.failed + contender.failed;
  if (failed == 0) {
    if (not_worse) out.verdict = equivalent ? Verdict::equivalent : Verdict::not_worse;
    return out;
  }
  double at_most = 0, at_least = 0;  // so many of the failures in the contender
  for (int64_t in_contender = 0; in_contender <= failed; ++in_contender) {
    const double chance = chance_of(in_contender, failed, contender.of, baseline.of);
    if (in_contender <= contender.failed) at_most += chance;
    if (in_contender >= contender.failed) at_least += chance;
  }
  out.p_value = std::min(at_least, 1.0);
  const double difference = after.share - before.share;
  if (*out.p_value <= levels.limit && difference >= margin) {
    out.verdict = Verdict::regressed;
  } else if (at_most <= levels.limit && difference <= -margin) {
    out.verdict = Verdict::improved;
  } else if (not_worse) {
    out.verdict = equivalent ? Verdict::equivalent : Verdict::not_worse;
  } else if (difference > 0) {
    out.verdict = Verdict::inconclusive;
  }
  return out;
}

}  // namespace tare
