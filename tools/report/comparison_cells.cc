#include "tools/report/comparison_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "tools/compare/experiment_verdict.h"
#include "tools/report/words.h"

namespace tare {
namespace {

const char* unit_of_change(const Row& row) {
  return row.kind == ChangeKind::points ? "pp" : "%";
}

// Percentages of a relative change, percentage points of a difference of shares.
std::string percent(const Row& row, double value) {
  // Two wild pairs have limits that nobody can read.
  constexpr double kLargestShown = 100;
  if (row.kind != ChangeKind::points && value >= kLargestShown) return ">+9999";
  if (row.kind != ChangeKind::points) return signed_cell(value * 100);
  const std::string text = fmt::format("{:+.2f}", value * 100);
  return text == "-0.00" ? "+0.00" : text;
}

std::string waiting_words(double seconds) {
  if (seconds < 60) return fmt::format("{:.0f} s", std::max(1.0, seconds));
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string metric_label(const Row& row) {
  return harmless(named_metric(row, metric_words));
}

std::string value_text(const Row& row, std::optional<double> value) {
  if (!value) return "-";
  switch (row.unit) {
    case Unit::nanoseconds:
      return time_cell(value);
    case Unit::share:
      return share_cell(value);
    case Unit::rows:
    case Unit::blocks: {
      const bool whole = *value == std::floor(*value) || *value >= 1000;
      return whole ? count_cell(std::llround(*value)) : three_digits(*value);
    }
    case Unit::calls:
      return three_digits(*value);
    case Unit::per_second:
      return three_digits(*value) + "/s";
    case Unit::per_minute:
      return three_digits(*value) + "/min";
    case Unit::bytes:
      return three_digits(*value) + " B";
  }
  return "-";
}

std::string change_text(const Row& row, const Style& style) {
  if (!row.change) return "-";
  std::string text = fmt::format("{} {}", percent(row, *row.change), unit_of_change(row));
  if (row.kind == ChangeKind::exact) return text + " (counted)";
  if (!row.low || !row.high) return text;
  return text + fmt::format(" ({}{}{})", percent(row, *row.low),
                            style.characters == Characters::utf8 ? "…" : "..",
                            percent(row, *row.high));
}

std::string margin_text(const Row& row) {
  return fmt::format("{:.3g} {}", row.margin * 100, unit_of_change(row));
}

std::string detectable_text(const Row& row) {
  if (!row.detectable_change || !std::isfinite(*row.detectable_change)) return "";
  const double size = std::abs(*row.detectable_change);
  if (size >= 10) return "> 999 %";
  return size >= 0.1 ? fmt::format("{:.0f} {}", size * 100, unit_of_change(row))
                     : fmt::format("{:.2g} {}", size * 100, unit_of_change(row));
}

std::string settle_words(const Row& row, const Experiment& experiment) {
  if (row.verdict != Verdict::inconclusive || !row.more_pairs || *row.more_pairs <= 0) return "";
  const int more = *row.more_pairs;
  std::string time;
  if (!experiment.pairs.empty() && experiment.duration_s > 0) {
    const double per_pair = experiment.duration_s / double(experiment.pairs.size());
    time = fmt::format(" ({})", waiting_words(per_pair * more));
  }
  return fmt::format("about {} more pair{}{} would settle it", more, more == 1 ? "" : "s", time);
}

bool has_moved(const Row& row) {
  return row.verdict == Verdict::regressed || row.verdict == Verdict::improved;
}

bool is_detail(const Row& row) {
  constexpr std::array<std::string_view, 6> kDetails = {"response_time_mean", "response_time_p90",
                                                        "response_time_p95",  "response_time_p999",
                                                        "throughput",         "rows_per_query"};
  if (row.gating == Gating::gating || has_moved(row)) return false;
  const bool of_part = !row.step.empty() || !row.path.empty();
  const bool usual =
      row.metric == "response_time_tm95_hit" || row.metric == "response_time_tm95_miss";
  return (of_part && !usual) ||
         std::find(kDetails.begin(), kDetails.end(), row.metric) != kDetails.end();
}

Cell verdict_cell(const Row& row) {
  Cell cell = verdict_word(row);
  if (row.verdict) cell.text += " (" + margin_text(row) + ")";
  if (row.gating == Gating::gating || !row.verdict) return cell;
  return {"[" + cell.text + "]", has_moved(row) ? Paint::doubtful : Paint::dim};
}

Cell verdict_word(const Row& row) {
  if (!row.verdict) return {"not judged", Paint::dim};
  switch (*row.verdict) {
    case Verdict::improved:
      return {to_text(*row.verdict), Paint::good};
    case Verdict::regressed:
    case Verdict::invalid:
      return {to_text(*row.verdict), Paint::bad};
    case Verdict::inconclusive:
      return {to_text(*row.verdict), Paint::doubtful};
    case Verdict::equivalent:
    case Verdict::not_worse:
      break;
  }
  return {to_text(*row.verdict), Paint::plain};
}

std::string remarks(const Row& row, const Experiment& experiment) {
  std::string text = settle_words(row, experiment);
  if (!text.empty() && !row.note.empty()) text += "; ";
  return text + harmless(row.note);
}

std::string figures_sentence(const Row& row, const Style& style) {
  std::string text = fmt::format("{} to {}, {}", value_text(row, row.baseline),
                                 value_text(row, row.contender), change_text(row, style));
  if (row.gating == Gating::gating) text += ", margin " + margin_text(row);
  if (const std::string sees = detectable_text(row); !sees.empty()) text += ", sees " + sees;
  return text;
}

}  // namespace tare
