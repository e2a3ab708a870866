#include "tools/report/markdown_text.h"

#include <fmt/format.h>

#include <cctype>

#include "tools/report/cells.h"
#include "tools/report/comparison_cells.h"

namespace tare {

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMeaning = "\\|<&*_`[]~";
  const std::string line = harmless(text);
  const auto is_letter = [&line](size_t i) {
    return i < line.size() && std::isalnum(static_cast<unsigned char>(line[i])) != 0;
  };
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    // Between letters an underscore means nothing, and most names have one.
    const bool in_word = line[i] == '_' && i > 0 && is_letter(i - 1) && is_letter(i + 1);
    if (kMeaning.find(line[i]) != std::string_view::npos && !in_word) out += '\\';
    out += line[i];
  }
  return out;
}

std::string markdown_rows(const std::vector<Row>& rows, const Experiment& experiment) {
  const Style style{Colour::off, Characters::utf8};
  std::string out =
      "| operation | metric | before | after | change (95 % interval) | sees | verdict |\n"
      "|---|---|--:|--:|---|--:|---|\n";
  for (const Row& row : rows) {
    std::string verdict = verdict_word(row).text;
    if (row.verdict == Verdict::regressed || row.verdict == Verdict::invalid) {
      verdict = "**" + verdict + "**";
    }
    if (row.verdict) verdict += fmt::format(" (margin {})", margin_text(row));
    if (const std::string more = remarks(row, experiment); !more.empty()) {
      verdict += ": " + markdown_text(more);
    }
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_text(row.operation),
                       markdown_text(metric_label(row)), value_text(row, row.baseline),
                       value_text(row, row.contender), markdown_text(change_text(row, style)),
                       detectable_text(row), verdict);
  }
  return out;
}

}  // namespace tare
