#include "tools/style/source_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace tare::style {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 8> kTextEndings = {".cc", ".h",    ".cmake", ".txt",
                                                          ".md", ".json", ".sql",   ".sh"};

bool is_text(const std::string& path) {
  return path == "tools/dev" ||
         std::any_of(kTextEndings.begin(), kTextEndings.end(),
                     [&path](std::string_view ending) { return path.ends_with(ending); });
}

// Folders that hold nothing a person wrote.
bool is_skipped_folder(const std::string& path) {
  return path == "build" || path.starts_with("results/") || path.starts_with(".") ||
         path.find("/.") != std::string::npos;
}

std::string read_text(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) throw std::runtime_error(fmt::format("cannot read {}", path.string()));
  return text.str();
}

}  // namespace

std::string SourceFile::folder() const {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string to_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.line > 0
                ? fmt::format("{}:{}: {}\n", finding.path, finding.line, finding.advice)
                : fmt::format("{}: {}\n", finding.path, finding.advice);
  }
  return text;
}

SourceFile make_source_file(std::string path, std::string_view text) {
  SourceFile file{std::move(path), {}};
  while (!text.empty()) {
    const size_t end = text.find('\n');
    file.lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return file;
}

std::vector<SourceFile> read_repository(const fs::path& root) {
  std::vector<SourceFile> files;
  for (auto entry = fs::recursive_directory_iterator(root);
       entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string path = entry->path().lexically_relative(root).generic_string();
    if (entry->is_directory() && !entry->is_symlink()) {
      if (is_skipped_folder(path)) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_text(path)) {
      files.push_back(make_source_file(path, read_text(entry->path())));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> top_level_names(const fs::path& root) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(".") && name != "build") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tare::style
