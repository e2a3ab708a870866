#include "tools/report/experiment_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/counter_lines.h"
#include "tools/report/environment_lines.h"
#include "tools/report/experiment_words.h"
#include "tools/report/guard_lines.h"
#include "tools/report/hit_or_fix_lines.h"
#include "tools/report/plan_map_table.h"
#include "tools/report/plan_use_lines.h"
#include "tools/report/words.h"

namespace tare {
namespace {

// ---- the table ----------------------------------------------------------------------------

constexpr size_t kMostColumns = 100;

std::vector<std::vector<Cell>> row_cells(const std::vector<Row>& shown, const Style& style) {
  // What a row could have seen is a column only where it is known.
  const bool sees = std::any_of(shown.begin(), shown.end(),
                                [](const Row& row) { return !detectable_text(row).empty(); });
  std::vector<std::vector<Cell>> rows(1);
  for (const char* title :
       {"operation", "metric", "before", "after", "change (95 %)", "sees", "verdict (margin)"}) {
    if (sees || std::string_view(title) != "sees") rows[0].push_back({title, Paint::bold});
  }
  for (const Row& row : shown) {
    const Paint paint = row.gating == Gating::gating ? Paint::plain : Paint::dim;
    std::vector<Cell>& cells = rows.emplace_back();
    cells = {{harmless(row.operation), paint},
             {metric_label(row), paint},
             {value_text(row, row.baseline), paint},
             {value_text(row, row.contender), paint},
             {change_text(row, style), paint}};
    if (sees) cells.push_back({detectable_text(row), paint});
    cells.push_back(verdict_cell(row));
  }
  return rows;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

size_t widest(const std::vector<std::string>& lines) {
  size_t columns = 0;
  for (const std::string& line : lines) columns = std::max(columns, width_of(line));
  return columns;
}

// What brackets mean, and what is not in the table.
std::string below_table(const std::vector<Row>& rows, size_t details, const Style& style) {
  std::vector<std::string> parts;
  if (std::any_of(rows.begin(), rows.end(),
                  [](const Row& row) { return row.gating == Gating::shown && row.verdict; })) {
    parts.emplace_back("[in brackets]: judged, but decides nothing");
  }
  if (details > 0) {
    parts.push_back(
        fmt::format("{} more (quantiles, paths, steps), none regressed or improved: "
                    "--format json",
                    details == 1 ? "1 row" : fmt::format("{} rows", details)));
  }
  if (parts.empty()) return "";
  return painted(fmt::format("{}", fmt::join(parts, "; ")), Paint::dim, style) + "\n";
}

// Rows of at most kMostColumns: where they would be wider, operations stand in lines of their own.
// What else is to be said of a row stands behind it or below it.
std::string row_table(const Experiment& experiment, const Style& style) {
  std::vector<Row> rows;
  std::remove_copy_if(experiment.comparison.rows.begin(), experiment.comparison.rows.end(),
                      std::back_inserter(rows), is_detail);
  const Style bare{Colour::off, style.characters};
  std::vector<std::vector<Cell>> cells = row_cells(rows, style);
  constexpr Align left = Align::left, right = Align::right;
  std::vector<Align> columns = {left, left, right, right, left, left};
  if (cells[0].size() == 7) columns.insert(columns.begin() + 5, right);
  const bool grouped = widest(lines_of(aligned(cells, columns, bare))) > kMostColumns;
  for (size_t i = 0; grouped && i < cells.size(); ++i) cells[i][0] = {" ", Paint::plain};
  const std::vector<std::string> plain = lines_of(aligned(cells, columns, bare));
  const std::vector<std::string> lines = lines_of(aligned(cells, columns, style));
  std::string out = lines[0] + "\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    if (grouped && (i == 0 || rows[i].operation != rows[i - 1].operation)) {
      out += painted(harmless(rows[i].operation), Paint::bold, style) + "\n";
    }
    out += lines[i + 1];
    const std::string more = remarks(rows[i], experiment);
    if (!more.empty() && width_of(plain[i + 1]) + 2 + width_of(more) <= kMostColumns) {
      out += ": " + more + "\n";
      continue;
    }
    out += "\n";
    if (more.empty()) continue;
    for (const std::string& line : wrapped(more, kMostColumns - 6)) out += "      " + line + "\n";
  }
  return out + below_table(rows, experiment.comparison.rows.size() - rows.size(), style);
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
    out += fmt::format("expected: {}: {}{}\n", expectation_sentence(expectation),
                       painted(to_text(expectation.outcome), paint_of(expectation.outcome), style),
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
  const Paint paint = rollback.status == RollbackStatus::equal      ? Paint::good
                      : rollback.status == RollbackStatus::not_done ? Paint::doubtful
                                                                    : Paint::bad;
  return "rollback: " + painted(rollback_words(rollback.status), paint, style) +
         indented(rollback.detail) + "\n";
}

std::string cache_line(const Experiment& experiment) {
  const std::string words = cache_words(experiment);
  return words.empty() ? "" : "cache: " + words + "\n";
}

}  // namespace

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
  for (const std::string& line : hit_or_fix_lines(comparison.hit_or_fix)) out += line + "\n";
  out += experiment.plans ? map_difference_table(*experiment.plans, MapDetail::asked, style)
                          : plan_lines(comparison, style);
  for (const std::string& line : plan_use_lines(comparison.plan_use)) out += line + "\n";
  for (const std::string& line : comparison.watched) out += "watched: " + harmless(line) + "\n";
  for (const std::string& line : counter_change_lines(comparison.counter_changes)) {
    out += "counted: " + line + "\n";
  }
  out += expectation_lines(comparison, style);
  out += limit_lines(comparison.limits, style) + schema_lines(experiment);
  out += rollback_line(experiment.rollback, style);
  out += cache_line(experiment);
  for (const std::string& line : environment_lines(experiment)) out += line + "\n";
  if (const std::string line = null_line(comparison, style); !line.empty()) out += line + "\n";
  if (const std::string line = order_line(comparison, style); !line.empty()) out += line + "\n";
  if (const std::string line = pooled_line(experiment); !line.empty()) out += line + "\n";
  for (const std::string& line : tainted_lines(experiment)) {
    out += painted("tainted: ", Paint::doubtful, style) + line + "\n";
  }
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
