// Reads JSON with // and /* */ comments, keeping order and places, and finding duplicate fields.
// Level: model. The files are small and read whole: at most kMostBytes, nested at most kDeepest.
#pragma once

#include <filesystem>
#include <string>

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"

namespace tare {

inline constexpr size_t kMostBytes = 4 * 1024 * 1024;
inline constexpr size_t kDeepest = 64;

// The whole file. Throws FileProblems when it cannot be read or is too long.
std::string read_text_file(const std::filesystem::path& path);

// Parses `text`. A syntax error (with line, column and what to do) ends the reading: it is added to
// `problems` and thrown as FileProblems. A field that stands twice is added; the first one counts.
JsonValue parse_json(const std::string& text, ProblemList& problems);

}  // namespace tare
