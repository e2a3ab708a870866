#include "tools/report/experiment_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string_view>

#include "tools/report/cells.h"
#include "tools/report/words.h"

namespace tare {
namespace {

// ---- the table ----------------------------------------------------------------------------

std::string value_cell(const Row& row, std::optional<double> value) {
  if (!value) return "-";
  switch (row.unit) {
    case Unit::nanoseconds:
      return time_cell(value);
    case Unit::share:
      return share_cell(value);
    case Unit::blocks: {
      const bool whole = *value == std::floor(*value) || *value >= 1000;
      return whole ? count_cell(std::llround(*value)) : three_digits(*value);
    }
    case Unit::calls:
      return three_digits(*value);
    case Unit::per_second:
      return three_digits(*value) + "/s";
    case Unit::bytes:
      return three_digits(*value) + " B";
  }
  return "-";
}

// Percentages of a relative change, percentage points of a difference of shares.
std::string percent(const Row& row, double value) {
  // Two wild pairs have limits that nobody can read.
  constexpr double kLargestShown = 100;
  if (row.kind != ChangeKind::points && value >= kLargestShown) return "> +9999";
  if (row.kind != ChangeKind::points) return signed_cell(value * 100);
  const std::string text = fmt::format("{:+.2f}", value * 100);
  return text == "-0.00" ? "+0.00" : text;
}

std::string change_cell(const Row& row, const Style& style) {
  if (!row.change) return "-";
  const char* unit = row.kind == ChangeKind::points ? "pp" : "%";
  std::string text = fmt::format("{} {}", percent(row, *row.change), unit);
  if (row.kind == ChangeKind::exact) return text + " (counted)";
  if (!row.low || !row.high) return text;
  return text + fmt::format(" ({} {} {})", percent(row, *row.low),
                            style.characters == Characters::utf8 ? "…" : "..",
                            percent(row, *row.high));
}

std::string margin_words(const Row& row) {
  const char* unit = row.kind == ChangeKind::points ? "pp" : "%";
  const std::string also = row.metric == "blocks_per_query" ? ", at least 50 blocks" : "";
  return fmt::format(" (margin {:.3g} {}{})", row.margin * 100, unit, also);
}

Cell verdict_cell(const Row& row) {
  const std::string note = row.note.empty() ? "" : ": " + harmless(row.note);
  if (!row.verdict) return {"shown, not judged" + note, Paint::dim};
  const std::string word = to_text(*row.verdict);
  switch (*row.verdict) {
    case Verdict::improved:
      return {word + note, Paint::good};
    case Verdict::regressed:
    case Verdict::invalid:
      return {word + note, Paint::bad};
    case Verdict::inconclusive:
      return {word + margin_words(row) + note, Paint::doubtful};
    case Verdict::equivalent:
    case Verdict::not_worse:
      break;
  }
  return {word + margin_words(row) + note, Paint::plain};
}

std::vector<std::vector<Cell>> painted_cells(const Comparison& comparison, const Style& style) {
  std::vector<std::vector<Cell>> rows;
  rows.push_back({});
  for (const char* title :
       {"operation", "metric", "before", "after", "change (95 % interval)", "verdict"}) {
    rows.back().push_back({title, Paint::bold});
  }
  for (const Row& row : comparison.rows) {
    const Paint paint = row.gating == Gating::gating ? Paint::plain : Paint::dim;
    rows.push_back({{harmless(row.operation), paint},
                    {metric_words(row.metric), paint},
                    {value_cell(row, row.baseline), paint},
                    {value_cell(row, row.contender), paint},
                    {change_cell(row, style), paint},
                    verdict_cell(row)});
  }
  return rows;
}

std::string row_table(const Experiment& experiment, const Style& style) {
  constexpr Align left = Align::left, right = Align::right;
  return aligned(painted_cells(experiment.comparison, style),
                 {left, left, right, right, left, left}, style);
}

// ---- the lines under it -------------------------------------------------------------------

std::string plan_lines(const Comparison& comparison, const Style& style) {
  if (comparison.plans_compared == 0) return "";
  size_t width = std::string_view("operation").size();  // in line with the table above
  for (const Row& row : comparison.rows) width = std::max(width, width_of(row.operation));
  const std::string title = "plans" + std::string(width - 5, ' ');
  const std::string total = fmt::format("{} of {} plans changed", comparison.plan_changes.size(),
                                        comparison.plans_compared);
  if (comparison.plan_changes.empty()) return title + "  " + total + "\n";
  std::vector<std::vector<Cell>> rows;
  for (const PlanChange& change : comparison.plan_changes) {
    std::string description = change.description;
    if (const size_t at = description.find(" -> "); at != std::string::npos) {
      description.replace(at, 4, "  ->  ");
    }
    std::string tail = rows.empty() ? total : "";
    if (change.changed < change.compared) {
      tail += fmt::format("{}in {} of {} comparisons", tail.empty() ? "" : "; ", change.changed,
                          change.compared);
    }
    rows.push_back({{title}, {harmless(change.operation)}, {harmless(description)}, {tail}});
  }
  return aligned(rows, {Align::left, Align::left, Align::left, Align::left}, style);
}

std::string expectation_lines(const Comparison& comparison, const Style& style) {
  std::string out;
  for (const ExpectationResult& expectation : comparison.expectations) {
    const Paint paint = expectation.outcome == Outcome::met      ? Paint::good
                        : expectation.outcome == Outcome::missed ? Paint::bad
                                                                 : Paint::doubtful;
    out += fmt::format("expected: {} {} {}: {}{}\n", harmless(expectation.operation),
                       metric_words(expectation.metric),
                       expectation_words(expectation.metric, expectation.limit, expectation.bound),
                       painted(to_text(expectation.outcome), paint, style),
                       expectation.note.empty() ? "" : " (" + harmless(expectation.note) + ")");
  }
  return out;
}

// Behind a sentence: one line in it, several below it.
std::string indented(const std::string& detail) {
  if (detail.empty()) return "";
  if (detail.find('\n') == std::string::npos) return ": " + harmless(detail);
  std::string out = ":";
  std::istringstream lines(detail);
  int shown = 0;
  for (std::string line; std::getline(lines, line); ++shown) {
    constexpr int kMostLines = 10;
    if (shown == kMostLines) return out + "\n  ...";
    out += "\n  " + cut(harmless(line), 160);
  }
  return out;
}

// What applying did to the schema.
std::string schema_lines(const Experiment& experiment) {
  if (experiment.schema_changes.empty()) return "";
  return "schema" + indented(fmt::format("{}\n", fmt::join(experiment.schema_changes, "\n"))) +
         "\n";
}

std::string rollback_line(const Rollback& rollback, const Style& style) {
  const auto line = [&](const char* words, Paint paint) {
    return "rollback: " + painted(words, paint, style) + indented(rollback.detail) + "\n";
  };
  switch (rollback.status) {
    case RollbackStatus::not_done:
      return line("not done", Paint::doubtful);
    case RollbackStatus::equal:
      return line("done; the schema equals the start", Paint::good);
    case RollbackStatus::different:
      return line("done, but the schema differs from the start", Paint::bad);
    case RollbackStatus::failed:
      return line("failed", Paint::bad);
  }
  return "";
}

std::string cache_line(const Experiment& experiment) {
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
  if (parts.empty()) return "";
  return harmless(fmt::format("cache: {}", fmt::join(parts, "; "))) + "\n";
}

// What tainted pairs were, and what became of them.
std::string tainted_lines(const Experiment& experiment, const Style& style) {
  std::string out;
  for (size_t i = 0; i < experiment.pairs.size(); ++i) {
    const ExperimentPair& pair = experiment.pairs[i];
    if (pair.tainted.empty()) continue;
    const bool repeated =
        i + 1 < experiment.pairs.size() && experiment.pairs[i + 1].number == pair.number;
    out += painted("tainted: ", Paint::doubtful, style) +
           harmless(fmt::format("pair {} ({}): {}", pair.number,
                                repeated ? "measured again" : "left out",
                                fmt::join(pair.tainted, "; "))) +
           "\n";
  }
  return out;
}

// How far the metrics moved where nothing was changed, in one line.
std::string null_line(const Comparison& comparison, const Style& style) {
  const NullCheck* furthest = nullptr;
  size_t judged = 0, unmoved = 0;
  for (const NullCheck& check : comparison.null_check) {
    if (!check.low || !check.high) continue;
    ++judged;
    unmoved += *check.low <= 0 && *check.high >= 0;
    if (furthest == nullptr || std::abs(check.change) > std::abs(furthest->change)) {
      furthest = &check;
    }
  }
  if (furthest == nullptr) return "";
  Row row;
  row.change = furthest->change;
  row.low = furthest->low;
  row.high = furthest->high;
  return harmless(fmt::format(
             "baseline against itself: {} of {} metrics show no change; furthest: {} {} {}",
             unmoved, judged, furthest->operation, metric_words(furthest->metric),
             change_cell(row, style))) +
         "\n";
}

// ---- the last word --------------------------------------------------------------------------

// At most three of them.
std::string some_of(const std::vector<std::string>& reasons) {
  constexpr size_t kShown = 3;
  const std::vector<std::string> shown(reasons.begin(),
                                       reasons.begin() + long(std::min(kShown, reasons.size())));
  std::string out = fmt::format("{}", fmt::join(shown, "; "));
  if (reasons.size() > kShown) out += fmt::format("; and {} more", reasons.size() - kShown);
  return harmless(out);
}

std::vector<std::string> reasons_for(const Comparison& comparison, Verdict verdict,
                                     Outcome outcome) {
  std::vector<std::string> reasons;
  for (const Row& row : comparison.rows) {
    if (row.gating != Gating::gating || row.verdict != verdict) continue;
    reasons.push_back(
        fmt::format("{} {} {}", row.operation, metric_words(row.metric),
                    verdict == Verdict::regressed ? "regressed" : "is " + to_text(verdict)));
  }
  for (const LimitResult& limit : comparison.limits) {
    if (limit.outcome != outcome) continue;
    reasons.push_back(fmt::format("the limit on {}'s {} is {}", limit.operation,
                                  limit.metric.ends_with("_ms") ? "response p99" : "error rate",
                                  outcome == Outcome::missed ? "broken" : "inconclusive"));
  }
  for (const ExpectationResult& expectation : comparison.expectations) {
    if (expectation.outcome != outcome) continue;
    reasons.push_back(fmt::format("the expectation of {}'s {} is {}", expectation.operation,
                                  metric_words(expectation.metric), to_text(outcome)));
  }
  return reasons;
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

}  // namespace

std::vector<std::vector<std::string>> comparison_cells(const Comparison& comparison,
                                                       const Style& style) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& cells : painted_cells(comparison, style)) {
    std::vector<std::string>& row = rows.emplace_back();
    for (const Cell& cell : cells) row.push_back(cell.text);
  }
  return rows;
}

std::string verdict_sentence(const Experiment& experiment) {
  const Comparison& comparison = experiment.comparison;
  std::string words;
  switch (experiment.exit_code) {
    case 0:
      words = "Good: " + good_words(comparison);
      break;
    case 1: {
      std::vector<std::string> reasons =
          reasons_for(comparison, Verdict::regressed, Outcome::missed);
      if (experiment.rollback.status == RollbackStatus::failed) {
        reasons.emplace_back("the rollback failed");
      } else if (experiment.rollback.status == RollbackStatus::different) {
        reasons.emplace_back("the rollback leaves another schema than the start");
      }
      words = "Worse: " + some_of(reasons);
      break;
    }
    case 2:
      words = "Cannot tell yet: " +
              some_of(reasons_for(comparison, Verdict::inconclusive, Outcome::inconclusive)) +
              "; more pairs or a longer window would narrow the intervals";
      break;
    default: {
      std::vector<std::string> reasons = comparison.invalid_reasons;
      for (const Row& row : comparison.rows) {
        if (row.verdict == Verdict::invalid) {
          reasons.push_back(
              fmt::format("{} {}: {}", row.operation, metric_words(row.metric), row.note));
        }
      }
      words = "Invalid, so nothing above may be trusted: " + some_of(reasons);
    }
  }
  return fmt::format("{}. (exit code {})", words, experiment.exit_code);
}

std::string experiment_table(const Experiment& experiment, const std::string& folder,
                             const std::vector<std::string>& next, const Style& style) {
  const Comparison& comparison = experiment.comparison;
  const char* dot = style.characters == Characters::utf8 ? " · " : " | ";
  std::string title = experiment.scenario;
  if (!experiment.change.empty()) title += fmt::format("{}change: {}", dot, experiment.change);
  if (!experiment.owner.empty()) title += fmt::format("{}owner: {}", dot, experiment.owner);
  title += fmt::format("{}{} {}", dot, comparison.pairs, comparison.pairs == 1 ? "pair" : "pairs");
  std::string out = painted(harmless(title), Paint::bold, style) + "\n";
  if (!comparison.rows.empty()) out += row_table(experiment, style);
  out += plan_lines(comparison, style) + expectation_lines(comparison, style);
  out += limit_lines(comparison.limits, style) + schema_lines(experiment);
  out += rollback_line(experiment.rollback, style);
  out += cache_line(experiment);
  out += null_line(comparison, style) + tainted_lines(experiment, style);
  for (const std::string& reason : comparison.invalid_reasons) {
    out += painted("invalid: ", Paint::bad, style) + harmless(reason) + "\n";
  }
  for (const std::string& warning : experiment.warnings) {
    out += painted("warning: ", Paint::doubtful, style) + harmless(warning) + "\n";
  }
  // The sandbox's design loses nothing, so it needs no words.
  for (size_t i = 0; experiment.design.size() > 1 && i < experiment.design.size(); ++i) {
    out += painted(i == 0 ? "weaker design: " : "  lost: ", Paint::doubtful, style) +
           harmless(experiment.design[i]) + "\n";
  }
  const Paint paint = experiment.exit_code == 0   ? Paint::good
                      : experiment.exit_code == 2 ? Paint::doubtful
                                                  : Paint::bad;
  out += "\n" + painted(verdict_sentence(experiment), paint, style) + "\n";
  if (!folder.empty()) out += fmt::format("evidence: {}\n", folder);
  for (const std::string& command : next) out += fmt::format("next: {}\n", command);
  return out;
}

}  // namespace tare
