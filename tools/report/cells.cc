#include "tools/report/cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/model/number_words.h"

namespace tare {

std::string three_digits(double value) {
  if (!std::isfinite(value)) return "-";
  if (value == 0) return "0";
  const double size = std::abs(value);
  // Rounded first: 9.996 has two decimals less to show than its size says.
  const int digits_before = int(std::floor(std::log10(size * (1 + 5e-4)))) + 1;
  return fmt::format("{:.{}f}", value, std::clamp(3 - digits_before, 0, 12));
}

std::string time_cell(std::optional<double> nanoseconds) {
  if (!nanoseconds || !std::isfinite(*nanoseconds)) return "-";
  const double size = std::abs(*nanoseconds);
  // 999.6 of a unit would show as 1000 of it.
  if (size < 999.5) return three_digits(*nanoseconds) + " ns";
  if (size < 999.5e3) return three_digits(*nanoseconds / 1e3) + " us";
  if (size < 999.5e6) return three_digits(*nanoseconds / 1e6) + " ms";
  return three_digits(*nanoseconds / 1e9) + " s";
}

std::string share_cell(std::optional<double> share) {
  if (!share || !std::isfinite(*share)) return "-";
  return three_digits(*share * 100) + " %";
}

std::string count_cell(int64_t count) {
  return grouped_digits(count);
}

std::string duration_cell(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const int64_t whole = std::llround(std::min(seconds, 1e12));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string signed_cell(double value) {
  if (!std::isfinite(value)) return "-";
  std::string text = fmt::format("{:+.{}f}", value, std::abs(value) < 999.95 ? 1 : 0);
  return text == "-0.0" ? "+0.0" : text;
}

size_t width_of(std::string_view text) {
  return size_t(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string cut(std::string_view text, size_t columns) {
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) == 0x80) continue;
    if (seen++ == columns) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::vector<std::string> wrapped(std::string_view text, size_t columns) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string& last = lines.back();
    if (last.empty()) {
      last = word;
    } else if (width_of(last) + 1 + width_of(word) <= columns) {
      last += ' ';
      last += word;
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string aligned(const std::vector<std::vector<Cell>>& rows, const std::vector<Align>& columns,
                    const Style& style) {
  std::vector<size_t> widths(columns.size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    size_t owed = 0;  // spaces to write before the next text
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      const size_t room = widths[i] - width_of(row[i].text);
      if (columns[i] == Align::right) owed += room;
      if (!row[i].text.empty()) {
        line += std::string(owed, ' ') + painted(row[i].text, row[i].paint, style);
        owed = 0;
      }
      if (columns[i] == Align::left) owed += room;
      owed += 2;
    }
    out += line + "\n";
  }
  return out;
}

namespace {

// Bytes of a character at the start of `text` that says nothing and changes how the rest is shown:
// controls, and marks that turn the direction of writing. 0: an ordinary one.
size_t control_length(std::string_view text) {
  const auto byte = [text](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;  // U+0080 to U+009F
  if (byte(0) == 0xd8 && byte(1) == 0x9c) return 2;                     // U+061C
  if (byte(0) != 0xe2) return 0;
  const bool marks = byte(1) == 0x80 &&
                     (byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xaa && byte(2) <= 0xae));
  const bool isolates = byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
  return marks || isolates ? 3 : 0;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = control_length(text);
    if (length == 0) {
      out += text[0];
    } else {
      out += text[0] == '\n' || text[0] == '\t' ? ' ' : '?';
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::string harmless_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t end = text.find('\n');
    out += harmless(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

}  // namespace tare
