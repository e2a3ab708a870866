// The exit code, and the words of a comparison's values.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/comparison.h"

namespace tare {

int exit_code(const std::vector<LimitResult>& limits) {
  int code = 0;
  for (const LimitResult& limit : limits) {
    if (limit.outcome == Outcome::missed) return 1;
    if (limit.outcome == Outcome::inconclusive) code = 2;
  }
  return code;
}

bool makes_invalid(const Row& row, const Comparison& comparison) {
  if (row.gating != Gating::gating || row.verdict != Verdict::invalid) return false;
  // The operation fails more often in one arm: that says why nothing else could be measured there.
  return std::none_of(comparison.rows.begin(), comparison.rows.end(), [&row](const Row& other) {
    return other.operation == row.operation && other.metric == "failed_share" &&
           (other.verdict == Verdict::regressed || other.verdict == Verdict::improved);
  });
}

int exit_code(const Comparison& comparison) {
  const int limits = exit_code(comparison.limits);
  bool worse = limits == 1, unknown = limits == 2;
  if (!comparison.invalid_reasons.empty()) return 3;
  for (const Row& row : comparison.rows) {
    if (row.gating != Gating::gating) continue;
    if (makes_invalid(row, comparison)) return 3;
    worse |= row.verdict == Verdict::regressed;
    unknown |= row.verdict == Verdict::inconclusive;
  }
  for (const ExpectationResult& expectation : comparison.expectations) {
    worse |= expectation.outcome == Outcome::missed;
    unknown |= expectation.outcome == Outcome::inconclusive;
  }
  return worse ? 1 : unknown ? 2 : 0;
}

std::string to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::improved:
      return "improved";
    case Verdict::equivalent:
      return "equivalent";
    case Verdict::not_worse:
      return "not worse";
    case Verdict::regressed:
      return "regressed";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::invalid:
      return "invalid";
  }
  return "invalid";
}

std::string to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::met:
      return "met";
    case Outcome::missed:
      return "missed";
    case Outcome::inconclusive:
      return "inconclusive";
  }
  return "inconclusive";
}

std::string to_text(Unit unit) {
  switch (unit) {
    case Unit::nanoseconds:
      return "nanoseconds";
    case Unit::share:
      return "share";
    case Unit::rows:
      return "rows";
    case Unit::blocks:
      return "blocks";
    case Unit::calls:
      return "calls";
    case Unit::per_second:
      return "per_second";
    case Unit::per_minute:
      return "per_minute";
    case Unit::bytes:
      return "bytes";
  }
  return "calls";
}

std::string to_text(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::relative:
      return "relative";
    case ChangeKind::points:
      return "points";
    case ChangeKind::exact:
      return "exact";
  }
  return "exact";
}

std::string expectation_words(const std::string& metric, double limit, Bound bound) {
  const bool share = metric == "failed_share" || metric == "hit_ratio";
  const std::string size =
      fmt::format("{:.3g} {}", std::abs(limit) * 100, share ? "percentage points" : "%");
  if (bound == Bound::at_most) {
    if (limit == 0) return "does not rise";
    return (limit < 0 ? "falls by at least " : "rises by at most ") + size;
  }
  if (limit == 0) return "does not fall";
  return (limit > 0 ? "rises by at least " : "falls by at most ") + size;
}

std::string to_text(Gating gating) {
  return gating == Gating::gating ? "gating" : "shown";
}

}  // namespace tare
