#include "tools/report/experiment_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"
#include "tools/report/counter_lines.h"
#include "tools/report/environment_lines.h"
#include "tools/report/experiment_words.h"
#include "tools/report/guard_lines.h"
#include "tools/report/hit_or_fix_lines.h"
#include "tools/report/markdown_text.h"
#include "tools/report/plan_map_table.h"
#include "tools/report/plan_use_lines.h"
#include "tools/report/words.h"

namespace tare {
namespace {

// A comment on GitHub holds 65,536 characters.
constexpr size_t kMostRows = 100;
constexpr size_t kMostItems = 30;

void cut_list(std::vector<std::string>& items) {
  if (items.size() <= kMostItems) return;
  const size_t left_out = items.size() - kMostItems;
  items.resize(kMostItems);
  items.push_back(fmt::format("and {} more in `experiment.json`", left_out));
}

// A title and its items, or nothing.
std::string list(const std::string& title, std::vector<std::string> items) {
  if (items.empty()) return "";
  cut_list(items);
  std::string out = fmt::format("\n**{}**\n\n", title);
  for (const std::string& item : items) out += "- " + item + "\n";
  return out;
}

std::vector<Row> rows_that_are(Gating gating, const Comparison& comparison) {
  std::vector<Row> rows;
  std::copy_if(comparison.rows.begin(), comparison.rows.end(), std::back_inserter(rows),
               [gating](const Row& row) { return row.gating == gating; });
  return rows;
}

std::string table(std::vector<Row> rows, const Experiment& experiment) {
  const size_t left_out = rows.size() > kMostRows ? rows.size() - kMostRows : 0;
  rows.resize(rows.size() - left_out);
  std::string out = markdown_rows(rows, experiment);
  if (left_out > 0) out += fmt::format("\n{} more rows in `experiment.json`.\n", left_out);
  return out;
}

std::string with_note(const std::string& text, const std::string& outcome,
                      const std::string& note) {
  return fmt::format("{}: **{}**{}", markdown_text(text), outcome,
                     note.empty() ? "" : " (" + markdown_text(note) + ")");
}

std::string plan_items(const Comparison& comparison) {
  if (comparison.plans_compared == 0) return "";
  std::vector<std::string> items;
  for (const PlanChange& change : comparison.plan_changes) {
    items.push_back(fmt::format("{} {}: {} ({} of {} comparisons)", markdown_text(change.operation),
                                markdown_text(change.step), markdown_text(change.description),
                                change.changed, change.compared));
  }
  const std::string title = fmt::format("{} of {} plans changed", comparison.plan_changes.size(),
                                        comparison.plans_compared);
  std::vector<std::string> kinds;
  for (const std::string& line : plan_use_lines(comparison.plan_use)) {
    kinds.push_back(markdown_text(line));
  }
  for (const std::string& line : comparison.watched) kinds.push_back(markdown_text(line));
  return (items.empty() ? "\n" + title + ".\n" : list(title, items)) +
         list("Plans that ran", kinds);
}

std::string judged_items(const Comparison& comparison) {
  std::vector<std::string> expected, limits;
  for (const ExpectationResult& each : comparison.expectations) {
    expected.push_back(with_note(expectation_sentence(each), to_text(each.outcome), each.note));
  }
  for (const LimitResult& limit : comparison.limits) {
    limits.push_back(with_note(limit_sentence(limit), limit_outcome(limit), limit.note));
  }
  return list("Expected", expected) + list("Limits", limits);
}

std::string guard_items(const Experiment& experiment) {
  std::vector<std::string> items;
  for (const std::string& line : tainted_lines(experiment)) items.push_back(markdown_text(line));
  const std::string null = null_line(experiment.comparison, Style());
  std::string out = list("Tainted pairs", items);
  for (const std::string& line : environment_lines(experiment)) {
    out += "\n" + markdown_text(line) + "\n";
  }
  for (const std::string& line :
       {null, order_line(experiment.comparison, Style()), pooled_line(experiment)}) {
    if (!line.empty()) out += "\n" + markdown_text(line) + "\n";
  }
  return out;
}

std::string hit_items(const Comparison& comparison) {
  std::vector<std::string> items;
  for (const std::string& line : hit_or_fix_lines(comparison.hit_or_fix)) {
    items.push_back(markdown_text(line));
  }
  return list("Hit or fix", items);
}

std::string counter_items(const Comparison& comparison) {
  std::vector<std::string> items;
  for (const std::string& line : counter_change_lines(comparison.counter_changes)) {
    items.push_back(markdown_text(line));
  }
  return list("What the servers counted (shown, decides nothing)", items);
}

std::string other_items(const Experiment& experiment, const std::string& folder) {
  std::vector<std::string> items, warnings;
  for (const std::string& line : experiment.schema_changes) {
    items.push_back("schema: " + markdown_text(line));
  }
  std::string rollback = "rollback: " + rollback_words(experiment.rollback.status);
  if (!experiment.rollback.detail.empty()) {
    constexpr size_t kMostDetail = 500;
    rollback += ": " + markdown_text(cut(experiment.rollback.detail, kMostDetail));
  }
  items.push_back(rollback);
  if (const std::string cache = cache_words(experiment); !cache.empty()) {
    items.push_back("cache: " + markdown_text(cache));
  }
  for (const std::string& line : experiment.design) {
    if (experiment.design.size() > 1) items.push_back("design: " + markdown_text(line));
  }
  if (!folder.empty()) items.push_back("evidence: " + markdown_text(folder));
  for (const std::string& warning : experiment.warnings) {
    warnings.push_back(markdown_text(warning));
  }
  return list("Besides", items) + list("Warnings", warnings);
}

}  // namespace

std::string experiment_markdown(const Experiment& experiment, const std::string& folder) {
  const Comparison& comparison = experiment.comparison;
  std::string out = fmt::format("**{}**\n\n", markdown_text(verdict_sentence(experiment)));
  out += markdown_text(experiment.scenario);
  if (!experiment.change.empty()) out += " · change: " + markdown_text(experiment.change);
  if (!experiment.owner.empty()) out += " · owner: " + markdown_text(experiment.owner);
  out += fmt::format(" · {} {}", comparison.pairs, comparison.pairs == 1 ? "pair" : "pairs");
  if (experiment.duration_s > 0) out += " in " + duration_cell(experiment.duration_s);
  out += "\n";
  std::vector<std::string> invalid;
  for (const std::string& reason : comparison.invalid_reasons) {
    invalid.push_back(markdown_text(reason));
  }
  out += list("Invalid", invalid);
  const std::vector<Row> judged = rows_that_are(Gating::gating, comparison);
  if (!judged.empty()) out += "\n" + table(judged, experiment);
  out += judged_items(comparison) + hit_items(comparison);
  out += experiment.plans ? "\n" + map_difference_markdown(*experiment.plans, MapDetail::asked)
                          : plan_items(comparison);
  out += counter_items(comparison);
  std::vector<Row> shown = rows_that_are(Gating::shown, comparison);
  const size_t details = std::erase_if(shown, is_detail);
  if (!shown.empty()) {
    out += fmt::format(
        "\n<details><summary>{} shown and decide{} nothing</summary>\n\n{}\n</details>\n",
        shown.size() == 1 ? "1 row is" : fmt::format("{} rows are", shown.size()),
        shown.size() == 1 ? "s" : "", table(shown, experiment));
  }
  if (details > 0) {
    out += fmt::format("\n{} more (quantiles, paths, steps), none regressed or improved.\n",
                       details == 1 ? "1 row" : fmt::format("{} rows", details));
  }
  return out + guard_items(experiment) + other_items(experiment, folder);
}

}  // namespace tare
