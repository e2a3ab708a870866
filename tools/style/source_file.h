// The repository's text files as the style rules see them.
// Level: style (belongs to the tests; nothing else includes it). Values only; reading a file that
// cannot be read throws std::runtime_error with its path.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tare::style {

struct SourceFile {
  std::string path;  // from the repository's root, "bench/model/scenario.h"
  std::vector<std::string> lines;

  // The path up to its last slash; empty at the top level.
  std::string folder() const;
  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return is_header() || path.ends_with(".cc"); }
};

// One broken rule; `line` counts from 1, 0 means the whole file.
struct Finding {
  std::string path;
  int line = 0;
  std::string advice;
};

// "PATH:LINE: ADVICE" one below the other; empty when there are none.
std::string to_text(const std::vector<Finding>& findings);

// Splits text into lines, as a test or read_repository hands it to the rules.
SourceFile make_source_file(std::string path, std::string_view text);

// Every text file of the repository, tracked or not, sorted by path; without hidden folders, build/
// and the measured results (results/README.md and the schema stay).
std::vector<SourceFile> read_repository(const std::filesystem::path& root);

// The names at the top level that a person sees: not hidden, not build/.
std::vector<std::string> top_level_names(const std::filesystem::path& root);

}  // namespace tare::style
