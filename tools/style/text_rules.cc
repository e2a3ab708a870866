// The rules about the text of one file.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "tools/style/rules.h"

namespace tare::style {
namespace {

int columns_of(const std::string& line) {
  return static_cast<int>(std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not a continuation byte
  }));
}

// Whether something begins in this column: code, not a closing brace, a comment, a label of access
// or the preprocessor.
bool begins_at(const std::string& line, size_t column) {
  if (line.size() <= column || line.find_first_not_of(' ') != column) return false;
  const char first = line[column];
  return first != '}' && first != '#' && first != '/' && first != ')';
}

std::vector<Finding> long_functions(const SourceFile& file, size_t column) {
  std::vector<Finding> findings;
  const std::string closing = std::string(column, ' ') + "}";
  size_t begin = 0;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    if (begins_at(file.lines[i], column)) begin = i;
    if (file.lines[i] != closing) continue;
    const int length = static_cast<int>(i - begin) + 1;
    if (length > kMostLinesOfFunction) {
      findings.push_back({file.path, static_cast<int>(begin) + 1,
                          fmt::format("a function of {} lines; split it, {} are the most", length,
                                      kMostLinesOfFunction)});
    }
  }
  return findings;
}

bool is_word_at(const std::string& line, size_t at, size_t length) {
  const auto joins = [&line](size_t i) {
    return i < line.size() && std::isalnum(static_cast<unsigned char>(line[i])) != 0;
  };
  return !(at > 0 && joins(at - 1)) && !joins(at + length);
}

}  // namespace

std::vector<Finding> check_file_length(const SourceFile& file) {
  const int length = static_cast<int>(file.lines.size());
  if (!file.is_cpp() || length <= kMostLinesOfFile) return {};
  return {{file.path, length,
           fmt::format("{} lines; split the file, {} are the most", length, kMostLinesOfFile)}};
}

std::vector<Finding> check_line_width(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.is_cpp()) return findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const int columns = columns_of(file.lines[i]);
    if (columns <= kMostColumns) continue;
    findings.push_back(
        {file.path, static_cast<int>(i) + 1,
         fmt::format("{} columns; break the line, {} are the most", columns, kMostColumns)});
  }
  return findings;
}

std::vector<Finding> check_function_length(const SourceFile& file) {
  if (!file.is_cpp()) return {};
  std::vector<Finding> findings = long_functions(file, 0);
  // In column 2 stand members defined in their class, and blocks of the functions above.
  for (const Finding& inner : long_functions(file, 2)) {
    const bool within = std::any_of(findings.begin(), findings.end(), [&inner](const Finding& f) {
      return f.line < inner.line && inner.line < f.line + kMostLinesOfFile;
    });
    if (!within) findings.push_back(inner);
  }
  return findings;
}

std::vector<Finding> check_unfinished(const SourceFile& file) {
  // In two pieces, so that this file does not break its own rule.
  static const std::array<std::string, 3> kMarkers = {
      std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X"};
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string& marker : kMarkers) {
      const size_t at = file.lines[i].find(marker);
      if (at == std::string::npos || !is_word_at(file.lines[i], at, marker.size())) continue;
      findings.push_back(
          {file.path, static_cast<int>(i) + 1, fmt::format("{}: do it, or open an issue", marker)});
    }
  }
  return findings;
}

}  // namespace tare::style
