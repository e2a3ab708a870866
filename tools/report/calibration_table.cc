#include "tools/report/calibration_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tools/report/cells.h"
#include "tools/report/words.h"

namespace tare {
namespace {

constexpr size_t kColumns = 96;  // of sentences

constexpr const char* kLegend =
    "sees: the smallest worsening that 6, 10, 20 and 30 pairs show, four times in five\n"
    "passes: A/A experiments that end not worse within 20 and 30 pairs, at the margin\n"
    "resolves: the smallest margin at which nine in ten would";

// Two digits, without an exponent.
std::string percent(double share) {
  if (share < 5e-5) return "0";  // a limit may be as small as it likes
  return 100 * share < 9.95 ? fmt::format("{:.2g}", 100 * share)
                            : fmt::format("{:.0f}", 100 * share);
}

std::string change_cell(const CalibratedRow& row, double change) {
  if (change >= 10) return "> 999 %";
  return percent(change) + (row.kind == ChangeKind::points ? " pp" : " %");
}

std::string margin_cell(const CalibratedRow& row, double margin) {
  return fmt::format("{:.3g} {}", 100 * margin, row.kind == ChangeKind::points ? "pp" : "%");
}

// Whole per cents; 99.9 is not all of them.
std::string share_words(double share) {
  const double percent = std::floor(100 * share);
  return fmt::format("{:.0f} %", percent);
}

std::string resolves_cell(const CalibratedRow& row) {
  if (row.kind == ChangeKind::points) return "-";
  return row.resolves ? margin_cell(row, *row.resolves) : "> 100 %";
}

std::vector<Cell> row_cells(const CalibratedRow& row) {
  const Paint paint = row.gating == Gating::gating ? Paint::plain : Paint::dim;
  // A standard deviation of log-odds is no per cent of anything.
  const std::string spread = row.kind == ChangeKind::points
                                 ? fmt::format("{:.2g}", row.spread)
                                 : change_cell(row, std::expm1(row.spread));
  std::vector<Cell> cells = {{"  " + metric_words(row.metric), paint}, {spread, paint}};
  for (const Sight& sight : row.sees) cells.push_back({change_cell(row, sight.change), paint});
  cells.push_back({margin_cell(row, row.margin), paint});
  const Paint passes = row.not_worse_20 >= kResolvedShare ? paint : Paint::doubtful;
  cells.push_back({share_words(row.not_worse_20), passes});
  cells.push_back({share_words(row.not_worse_30), paint});
  cells.push_back({resolves_cell(row), paint});
  return cells;
}

// By operation, whose name stands above its rows; those that gate come first in each.
std::string row_table(const Calibration& calibration, const Style& style) {
  std::vector<std::string> operations;
  for (const CalibratedRow& row : calibration.rows) {
    const auto known = std::find(operations.begin(), operations.end(), row.operation);
    if (known == operations.end()) operations.push_back(row.operation);
  }
  std::vector<std::vector<Cell>> rows(1);
  for (const char* title : {"operation", "spread", "sees: 6", "10", "20", "30", "margin",
                            "passes: 20", "30", "resolves"}) {
    rows[0].push_back({title, Paint::bold});
  }
  for (const std::string& operation : operations) {
    rows.push_back({{harmless(operation), Paint::bold}});
    for (const CalibratedRow& row : calibration.rows) {
      if (row.operation == operation) rows.push_back(row_cells(row));
    }
  }
  std::vector<Align> columns(rows[0].size(), Align::right);
  columns[0] = Align::left;
  return aligned(rows, columns, style);
}

std::string limits_of(const Proportion& share) {
  return fmt::format("{} % (95 %: {} to {} %)", percent(share.share), percent(share.low),
                     percent(share.high));
}

std::string sentence(const std::string& text) {
  std::string out;
  for (const std::string& line : wrapped(text, kColumns))
    out += (out.empty() ? "" : "  ") + line + "\n";
  return out;
}

std::string found_words(const Calibration& calibration) {
  std::string out = sentence(fmt::format(
      "false alarms: {} of {} experiments resampled from these pairs, which are worth {:.2g} of "
      "them; at most 1 % is promised",
      limits_of(calibration.alarms), count_cell(calibration.experiments), calibration.worth));
  out += sentence(fmt::format("everything not worse: {} of them within 20 pairs, {} within 30",
                              limits_of(calibration.not_worse_20),
                              limits_of(calibration.not_worse_30)));
  if (!calibration.unresolved.empty()) {
    out += sentence(harmless(
        fmt::format("not resolved by any margin: {}; measure longer (--set measure_s) or quieten "
                    "the machine (tare doctor)",
                    fmt::join(calibration.unresolved, ", "))));
  }
  if (!calibration.margins.empty() && calibration.exit_code == 0) {
    out += fmt::format(
        "\nmargins that nine in ten experiments resolve within {} pairs; for the scenario:\n  {}\n",
        calibration.within, margins_to_json(calibration));
  }
  return out;
}

std::string last_words(const Calibration& calibration, const Style& style) {
  std::string out;
  for (const std::string& reason : calibration.invalid_reasons) {
    out += painted("invalid: ", Paint::bad, style) + harmless(reason) + "\n";
  }
  for (const std::string& row : calibration.alarmed) {
    out += painted("false alarm: ", Paint::bad, style) +
           sentence(harmless(row) +
                    " is called regressed although both arms are the same; chance does that in 1 "
                    "of 100 experiments, something that moves the machine more often: see tare "
                    "doctor, and calibrate again before a verdict is trusted here");
  }
  return out;
}

}  // namespace

std::string calibration_table(const Calibration& calibration, const std::string& folder,
                              const Style& style) {
  const char* dot = style.characters == Characters::utf8 ? " · " : " | ";
  std::string title = fmt::format("{}{}calibration{}{} {}", calibration.scenario, dot, dot,
                                  calibration.pairs, calibration.pairs == 1 ? "pair" : "pairs");
  if (calibration.tainted_pairs > 0)
    title += fmt::format(", {} tainted", calibration.tainted_pairs);
  title += dot + duration_cell(calibration.duration_s);
  std::string out = painted(harmless(title), Paint::bold, style) + "\n";
  if (!calibration.rows.empty()) {
    out += row_table(calibration, style) + painted(kLegend, Paint::dim, style) + "\n\n";
    out += found_words(calibration);
  }
  out += last_words(calibration, style);
  out += fmt::format("\n{} (exit code {})\n",
                     calibration.exit_code == 0
                         ? "Done: nothing was found where nothing was changed."
                         : "Not valid: do not trust verdicts of this machine and scenario yet.",
                     calibration.exit_code);
  if (!folder.empty()) out += fmt::format("evidence: {}\n", folder);
  return out;
}

}  // namespace tare
