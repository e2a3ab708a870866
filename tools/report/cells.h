// The cells of tables: figures with their units, columns in line.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/report/style.h"

namespace tare {

// "850 ns", "12.3 us", "38.6 ms", "1.25 s": three significant digits; "-" for none.
std::string time_cell(std::optional<double> nanoseconds);

// "91.2 %", "0.012 %": a share of 1; "-" for none.
std::string share_cell(std::optional<double> share);

// "63,241": with thousands separators.
std::string count_cell(int64_t count);

// "1.5 s", "1:05", "2:03:00", for durations people wait for.
std::string duration_cell(double seconds);

// Three significant digits without an exponent: "1250", "12.3", "0.00123".
std::string three_digits(double value);

// "+0.9", "-98.5": a percentage with its sign, one decimal, none from 1000 on.
std::string signed_cell(double value);

// How many columns a text takes: its UTF-8 characters. Colours must not be in it.
size_t width_of(std::string_view text);

// At most `columns` of them, never half a character.
std::string cut(std::string_view text, size_t columns);

// Lines of at most so many columns, broken at spaces; a longer word stays whole. At
// least one line.
std::vector<std::string> wrapped(std::string_view text, size_t columns);

enum class Align { left, right };

struct Cell {
  std::string text;
  Paint paint = Paint::plain;
};

// Rows with columns in line, two spaces apart, without spaces at the ends of lines; each line is
// followed by a line break. A row may have fewer cells than there are columns.
std::string aligned(const std::vector<std::vector<Cell>>& rows, const std::vector<Align>& columns,
                    const Style& style);

// Text and bytes from servers and files may hold escape sequences: control characters become "?".
std::string harmless(std::string_view text);

// The same for a text of several lines.
std::string harmless_lines(std::string_view text);

}  // namespace tare
