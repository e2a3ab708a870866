// The written style as functions: each takes text and returns what breaks the rule and what to do.
// Level: style (belongs to the tests; nothing else includes it). Pure functions.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tools/style/source_file.h"

namespace tare::style {

inline constexpr int kMostLinesOfFile = 400;
inline constexpr int kMostLinesOfFunction = 70;
inline constexpr int kMostColumns = 100;

// C++ files that are too long.
std::vector<Finding> check_file_length(const SourceFile& file);

// Lines of C++ that are too wide; a character of several UTF-8 bytes counts once.
std::vector<Finding> check_line_width(const SourceFile& file);

// Functions that are too long, from their first line to their closing brace. A scanner for code
// laid out by clang-format: a function ends at a line that is just "}" in column 0 or 2 and begins
// at the nearest line above that starts something in that column. It does not see functions inside
// functions, and a raw string with such a line cuts the count short.
std::vector<Finding> check_function_length(const SourceFile& file);

// Includes against the arrows of the design: a folder includes only what stands below it, by paths
// from the repository's root; bench/model, bench/engine, tools/compare, tools/report and
// tools/proof include no database library.
std::vector<Finding> check_include_arrows(const SourceFile& file);

// Headers that would bring a large library's header to everyone who includes them.
std::vector<Finding> check_light_headers(const SourceFile& file);

// The three usual markers of work left undone.
std::vector<Finding> check_unfinished(const SourceFile& file);

// Every x.cc has an x_test.cc or x_e2e_test.cc beside it, or another test beside it includes x.h,
// or it extends the name of such a file (x_part.cc), or stands in `excused` (path, reason). An
// excuse that is not needed is a finding too. main.cc, benchmarks and helpers of tests
// (x_testing.cc) need none.
std::vector<Finding> check_tests_beside(
    const std::vector<SourceFile>& files,
    const std::vector<std::pair<std::string, std::string>>& excused);

// The top level has exactly the entries of the design.
std::vector<Finding> check_top_level(const std::vector<std::string>& names);

// Paths into the repository named in backticks exist. `exists` takes a path from the root.
std::vector<Finding> check_named_paths(const SourceFile& document,
                                       const std::function<bool(const std::string&)>& exists);

}  // namespace tare::style
