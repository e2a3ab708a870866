#include "tools/report/experiment_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "tools/compare/experiment_verdict.h"
#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/words.h"

namespace tare {
namespace {

// At most three of them.
std::string some_of(const std::vector<std::string>& reasons) {
  constexpr size_t kShown = 3;
  const std::vector<std::string> shown(reasons.begin(),
                                       reasons.begin() + long(std::min(kShown, reasons.size())));
  std::string out = fmt::format("{}", fmt::join(shown, "; "));
  if (reasons.size() > kShown) out += fmt::format("; and {} more", reasons.size() - kShown);
  return harmless(out);
}

std::string good_words(const Comparison& comparison) {
  size_t improved = 0;
  for (const Row& row : comparison.rows) {
    improved += row.gating == Gating::gating && row.verdict == Verdict::improved;
  }
  std::string words = "no gating row is worse";
  if (improved > 0) words += fmt::format(", {} improved", improved);
  if (!comparison.expectations.empty()) words += "; every expectation is met";
  if (!comparison.limits.empty()) words += "; every limit holds";
  return words;
}

// After "cannot tell yet": the pairs that settle every row, when only rows are open and all say so.
std::string what_would_tell(const Experiment& experiment) {
  const Comparison& comparison = experiment.comparison;
  const auto is_open = [](const auto& judged) { return judged.outcome == Outcome::inconclusive; };
  const Row* slowest = nullptr;
  bool known =
      std::none_of(comparison.limits.begin(), comparison.limits.end(), is_open) &&
      std::none_of(comparison.expectations.begin(), comparison.expectations.end(), is_open);
  for (const Row& row : comparison.rows) {
    if (row.gating != Gating::gating || row.verdict != Verdict::inconclusive) continue;
    known &= !settle_words(row, experiment).empty();
    if (slowest == nullptr || row.more_pairs.value_or(0) > slowest->more_pairs.value_or(0)) {
      slowest = &row;
    }
  }
  if (known && slowest != nullptr) return settle_words(*slowest, experiment);
  return "more pairs or a longer window would narrow the intervals";
}

}  // namespace

std::string verdict_sentence(const Experiment& experiment) {
  const std::string reasons = some_of(reasons_of(experiment, metric_words));
  std::string words;
  switch (experiment.exit_code) {
    case 0:
      words = "Good: " + good_words(experiment.comparison);
      break;
    case 1:
      words = "Worse: " + reasons;
      break;
    case 2:
      words = "Cannot tell yet: " + reasons + "; " + what_would_tell(experiment);
      break;
    default:
      words = "Invalid, so no figure here may be trusted: " + reasons;
  }
  return fmt::format("{}. (exit code {})", words, experiment.exit_code);
}

std::string expectation_sentence(const ExpectationResult& expectation) {
  return fmt::format("{} {} {}", harmless(expectation.operation), metric_words(expectation.metric),
                     expectation_words(expectation.metric, expectation.limit, expectation.bound));
}

std::string rollback_words(RollbackStatus status) {
  switch (status) {
    case RollbackStatus::not_done:
      return "not done";
    case RollbackStatus::equal:
      return "done; the schema equals the start";
    case RollbackStatus::different:
      return "done, but the schema differs from the start";
    case RollbackStatus::failed:
      break;
  }
  return "failed";
}

std::string cache_words(const Experiment& experiment) {
  const Comparison& comparison = experiment.comparison;
  std::vector<std::string> parts;
  if (comparison.hit_ratio_baseline || comparison.hit_ratio_contender) {
    parts.push_back(fmt::format("hit ratio {} -> {}", share_cell(comparison.hit_ratio_baseline),
                                share_cell(comparison.hit_ratio_contender)));
  }
  if (!experiment.cache_cleared.empty()) {
    parts.push_back(fmt::format("{} keys of {} cleared before the warm-ups of both arms",
                                count_cell(experiment.cache_keys_cleared),
                                fmt::join(experiment.cache_cleared, ", ")));
  }
  return harmless(fmt::format("{}", fmt::join(parts, "; ")));
}

}  // namespace tare
