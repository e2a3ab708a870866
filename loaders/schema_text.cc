#include "loaders/schema_text.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "loaders/schema_queries.h"

namespace tare {

namespace {

// An object is one line, also when it is written on several.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      line += "\\n";
    } else {
      line += c;
    }
  }
  return line;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

std::string schema_fingerprint(PostgresControl& database) {
  std::vector<std::string> lines;
  for (const std::string& query : schema_queries()) {
    for (const SqlRow& row : database.query(query)) {
      std::string line;
      for (const auto& field : row) {
        line += (line.empty() ? "" : " ") + on_one_line(field.value_or("-"));
      }
      lines.push_back(line);
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<std::string> schema_difference(const std::string& before, const std::string& after) {
  const std::vector<std::string> old_lines = lines_of(before), new_lines = lines_of(after);
  std::vector<std::string> gone, come, difference;
  std::set_difference(old_lines.begin(), old_lines.end(), new_lines.begin(), new_lines.end(),
                      std::back_inserter(gone));
  std::set_difference(new_lines.begin(), new_lines.end(), old_lines.begin(), old_lines.end(),
                      std::back_inserter(come));
  for (const std::string& line : gone) difference.push_back("- " + line);
  for (const std::string& line : come) difference.push_back("+ " + line);
  return difference;
}

}  // namespace tare
