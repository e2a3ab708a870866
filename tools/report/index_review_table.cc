#include "tools/report/index_review_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/compare/index_words.h"
#include "tools/report/cells.h"

namespace tare {
namespace {

using Rows = std::vector<std::vector<Cell>>;

constexpr size_t kMostRows = 20;

Cell bold(const char* text) {
  return {text, Paint::bold};
}

std::string title_of(const IndexReview& review) {
  std::string text =
      fmt::format("index review: {} in {}", counted_words(review.requests, "request", "requests"),
                  duration_cell(review.seconds));
  if (review.wal) {
    text += fmt::format(
        "; the whole server wrote {} of WAL in {}, {}", bytes_words(review.wal->bytes),
        counted_words(review.wal->records, "record", "records"),
        counted_words(review.wal->full_page_images, "full-page image", "full-page images"));
  }
  return text;
}

std::string more_than_shown(size_t count, const char* what) {
  if (count <= kMostRows) return "";
  return fmt::format("  and {} more {} in result.json\n", count_cell(int64_t(count - kMostRows)),
                     what);
}

std::string finding_lines(const IndexReview& review, const Style& style) {
  if (review.findings.empty()) return "findings: none\n";
  Rows rows{{bold("finding"), bold("table"), bold("index"), bold("evidence")}};
  for (const IndexFinding& finding : review.findings) {
    if (rows.size() > kMostRows) break;
    rows.push_back({{finding_words(finding.kind), Paint::doubtful},
                    {harmless(finding.table)},
                    {finding.index.empty() ? "-" : harmless(finding.index)},
                    {harmless(finding.evidence)}});
  }
  constexpr Align left = Align::left;
  return aligned(rows, {left, left, left, left}, style) +
         more_than_shown(review.findings.size(), "findings");
}

// One line for each caution, with whom it concerns: many findings share them.
std::string caution_lines(const IndexReview& review) {
  std::vector<std::pair<std::string, std::string>> cautions;
  for (const IndexFinding& finding : review.findings) {
    const std::string& subject = finding.index.empty() ? finding.table : finding.index;
    for (const std::string& caution : finding.cautions) {
      const auto found = std::find_if(cautions.begin(), cautions.end(),
                                      [&](const auto& known) { return known.first == caution; });
      if (found == cautions.end()) {
        cautions.emplace_back(caution, subject);
      } else {
        found->second += ", " + subject;
      }
    }
  }
  std::string out;
  for (const auto& [caution, subjects] : cautions) {
    out += harmless(fmt::format("caution: {} ({})", caution, subjects)) + "\n";
  }
  return out;
}

// Those the load read or wrote: the others have no figures but their size.
std::vector<const TableUse*> touched_tables(const IndexReview& review) {
  std::vector<const TableUse*> tables;
  for (const TableUse& table : review.tables) {
    int64_t touches = table.inserts + table.updates + table.deletes + table.seq_scans;
    for (const IndexUse& index : table.indexes) touches += index.scans;
    if (touches > 0) tables.push_back(&table);
  }
  return tables;
}

std::string table_lines(const std::vector<const TableUse*>& tables, const Style& style) {
  Rows rows{{bold("table"), bold("rows"), bold("size"), bold("inserts"), bold("updates"),
             bold("HOT"), bold("deletes"), bold("seq scans"), bold("rows a scan")}};
  for (const TableUse* table : tables) {
    if (rows.size() > kMostRows) break;
    std::optional<double> hot;
    if (table->updates > 0) hot = double(table->hot_updates) / double(table->updates);
    rows.push_back(
        {{harmless(table_words(*table))},
         {count_cell(table->rows)},
         {bytes_words(table->size_bytes)},
         {count_cell(table->inserts)},
         {count_cell(table->updates)},
         {share_cell(hot)},
         {count_cell(table->deletes)},
         {count_cell(table->seq_scans)},
         {table->seq_scans == 0 ? "-" : count_cell(table->seq_rows / table->seq_scans)}});
  }
  constexpr Align left = Align::left, right = Align::right;
  return aligned(rows, {left, right, right, right, right, right, right, right, right}, style) +
         more_than_shown(tables.size(), "tables");
}

std::string cost_cell(const IndexUse& index) {
  std::string text;
  for (const WriteCost& cost : index.costs) text += (text.empty() ? "" : "; ") + cost_words(cost);
  return text.empty() ? index.not_measured : text;
}

std::string index_lines(const std::vector<const TableUse*>& tables, const Style& style) {
  Rows rows{{bold("index"), bold("table"), bold("scans"), bold("entries read"), bold("size"),
             bold("cost to writers")}};
  size_t count = 0;
  for (const TableUse* table : tables) {
    for (const IndexUse& index : table->indexes) {
      if (++count > kMostRows) continue;
      rows.push_back({{harmless(index.name)},
                      {harmless(table_words(*table))},
                      {count_cell(index.scans)},
                      {count_cell(index.tuples_read)},
                      {bytes_words(index.size_bytes)},
                      {harmless(cost_cell(index))}});
    }
  }
  if (count == 0) return "";
  constexpr Align left = Align::left, right = Align::right;
  return "\n" + aligned(rows, {left, left, right, right, right, left}, style) +
         more_than_shown(count, "indexes");
}

}  // namespace

std::string finding_words(IndexFindingKind kind) {
  switch (kind) {
    case IndexFindingKind::sequential_scan:
      return "sequential scans";
    case IndexFindingKind::low_hot_share:
      return "few HOT updates";
    case IndexFindingKind::duplicate:
      return "duplicate";
    case IndexFindingKind::prefix:
      return "prefix";
    case IndexFindingKind::unused:
      return "unused";
  }
  return "";
}

std::string index_review_table(const IndexReview& review, const Style& style) {
  std::string out = painted(title_of(review), Paint::bold, style) + "\n";
  for (const std::string& note : review.notes) {
    out += painted("note: ", Paint::doubtful, style) + harmless(note) + "\n";
  }
  if (review.tables.empty()) return out;
  out += finding_lines(review, style) + caution_lines(review);
  const std::vector<const TableUse*> tables = touched_tables(review);
  if (tables.empty()) return out;
  return out + "\n" + table_lines(tables, style) + index_lines(tables, style);
}

}  // namespace tare
