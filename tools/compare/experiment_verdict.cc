#include "tools/compare/experiment_verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace tare {
namespace {

bool is_judged(const Row& row, Verdict verdict) {
  return row.gating == Gating::gating && row.verdict == verdict;
}

void add_judged(std::vector<std::string>& reasons, const Comparison& comparison, Verdict verdict,
                Outcome outcome, const MetricName& name) {
  for (const Row& row : comparison.rows) {
    if (!is_judged(row, verdict)) continue;
    reasons.push_back(fmt::format("{} {} {}", row.operation, named_metric(row, name),
                                  verdict == Verdict::regressed ? "regressed" : "is inconclusive"));
  }
  for (const LimitResult& limit : comparison.limits) {
    if (limit.outcome != outcome) continue;
    reasons.push_back(fmt::format("the limit on {}'s {} is {}", limit.operation, name(limit.metric),
                                  outcome == Outcome::missed ? "broken" : "inconclusive"));
  }
  for (const ExpectationResult& expectation : comparison.expectations) {
    if (expectation.outcome != outcome) continue;
    reasons.push_back(fmt::format("the expectation of {}'s {} is {}", expectation.operation,
                                  name(expectation.metric), to_text(outcome)));
  }
}

}  // namespace

std::string named_metric(const Row& row, const MetricName& name) {
  const bool named = row.path.empty() || row.metric.ends_with("_" + row.path);
  return name(row.metric) + (named ? "" : ", " + row.path) +
         (row.step.empty() ? "" : ", step " + row.step);
}

std::string overall_verdict(const Experiment& experiment) {
  const std::vector<Row>& rows = experiment.comparison.rows;
  const auto any = [&rows](Verdict verdict) {
    return std::any_of(rows.begin(), rows.end(),
                       [verdict](const Row& row) { return is_judged(row, verdict); });
  };
  switch (experiment.exit_code) {
    case 0:
      break;
    case 1:
      return any(Verdict::regressed) ? to_text(Verdict::regressed) : to_text(Outcome::missed);
    case 2:
      return to_text(Verdict::inconclusive);
    default:
      return to_text(Verdict::invalid);
  }
  if (any(Verdict::improved)) return to_text(Verdict::improved);
  const bool only_equivalent = any(Verdict::equivalent) && !any(Verdict::not_worse);
  return to_text(only_equivalent ? Verdict::equivalent : Verdict::not_worse);
}

std::vector<std::string> reasons_of(const Experiment& experiment, const MetricName& name) {
  const Comparison& comparison = experiment.comparison;
  std::vector<std::string> reasons;
  if (experiment.exit_code == 0) return reasons;
  if (experiment.exit_code == 1) {
    add_judged(reasons, comparison, Verdict::regressed, Outcome::missed, name);
    if (experiment.rollback.status == RollbackStatus::failed) {
      reasons.emplace_back("the rollback failed");
    } else if (experiment.rollback.status == RollbackStatus::different) {
      reasons.emplace_back("the rollback leaves another schema than the start");
    }
    return reasons;
  }
  if (experiment.exit_code == 2) {
    add_judged(reasons, comparison, Verdict::inconclusive, Outcome::inconclusive, name);
    return reasons;
  }
  reasons = comparison.invalid_reasons;
  for (const Row& row : comparison.rows) {
    if (!makes_invalid(row, comparison)) continue;
    reasons.push_back(fmt::format("{} {}: {}", row.operation, named_metric(row, name), row.note));
  }
  return reasons;
}

}  // namespace tare
