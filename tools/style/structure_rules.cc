// The rules about how the files stand to each other.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "tools/style/rules.h"

namespace tare::style {
namespace {

// model <- engine <- drivers <- loaders <- experiment <- cli; model <- plans <- compare <- report
// <- cli; compare <- experiment; compare <- proof. A folder may always include its own files.
const std::map<std::string, std::set<std::string>>& allowed_folders() {
  static const std::map<std::string, std::set<std::string>> kAllowed = {
      {"bench/model", {}},
      {"bench/engine", {"bench/model"}},
      {"bench/drivers", {"bench/model", "bench/engine"}},
      {"bench/micro", {"bench/model", "bench/engine", "bench/drivers"}},
      {"loaders", {"bench/model", "bench/engine", "bench/drivers"}},
      {"tools/plans", {"bench/model"}},
      {"tools/compare", {"bench/model", "tools/plans"}},
      {"tools/report", {"bench/model", "tools/plans", "tools/compare"}},
      {"tools/proof", {"bench/model", "tools/plans", "tools/compare"}},
      {"tools/experiment",
       {"bench/model", "bench/engine", "bench/drivers", "loaders", "tools/plans", "tools/compare"}},
      {"tools/cli",
       {"bench/model", "bench/engine", "bench/drivers", "loaders", "tools/plans", "tools/compare",
        "tools/report", "tools/experiment"}},
      {"tools/style", {}},
  };
  return kAllowed;
}

const std::set<std::string>& folders_without_database() {
  static const std::set<std::string> kFolders = {"bench/model",   "bench/engine", "tools/plans",
                                                 "tools/compare", "tools/report", "tools/proof"};
  return kFolders;
}

constexpr std::array<std::string_view, 4> kDatabaseHeaders = {"pqxx/", "libpq-fe.h", "libpq/",
                                                              "hiredis"};
constexpr std::array<std::string_view, 8> kHeavyHeaders = {
    "nlohmann/", "pqxx/", "libpq-fe.h", "asio", "hiredis", "CLI/", "valijson/", "pg_query"};

struct Include {
  std::string path;
  bool quoted = false;
};

std::optional<Include> include_of(const std::string& line) {
  static const std::regex kInclude(R"(\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::smatch match;
  if (!std::regex_match(line, match, kInclude)) return std::nullopt;
  return Include{match[2], match[1] == "\""};
}

template <typename List>
bool starts_with_any(const std::string& text, const List& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&text](std::string_view beginning) { return text.starts_with(beginning); });
}

// What is wrong with this include in a file of `folder`; empty when nothing is.
std::string advice_on(const std::string& folder, const Include& include) {
  if (starts_with_any(include.path, kDatabaseHeaders) &&
      folders_without_database().contains(folder)) {
    return fmt::format("<{}>: {} knows no database; move this to bench/drivers", include.path,
                       folder);
  }
  if (!include.quoted || include.path.starts_with("embedded/")) return "";
  const std::string target = make_source_file(include.path, "").folder();
  if (!allowed_folders().contains(target)) {
    return fmt::format("\"{}\": write the path from the repository's root", include.path);
  }
  const std::set<std::string>& allowed = allowed_folders().at(folder);
  if (target == folder || allowed.contains(target)) return "";
  return fmt::format("\"{}\": against the arrows; {} may include {}", include.path, folder,
                     allowed.empty() ? "only itself" : fmt::format("{}", fmt::join(allowed, ", ")));
}

bool is_test(const std::string& path) {
  return path.ends_with("_test.cc");
}

// Not the tests, what helps them, the entry point and the benchmarks.
bool needs_test(const SourceFile& file) {
  return file.path.ends_with(".cc") && !is_test(file.path) && !file.path.ends_with("/main.cc") &&
         !file.path.ends_with("_testing.cc") && file.folder() != "bench/micro";
}

// What the tests are named after, or include: "bench/model/plan" for plan_test.cc,
// plan_e2e_test.cc and any test of bench/model with an #include of plan.h.
std::set<std::string> tested_stems(const std::vector<SourceFile>& files) {
  std::set<std::string> stems;
  for (const SourceFile& file : files) {
    if (!is_test(file.path)) continue;
    std::string stem = file.path.substr(0, file.path.rfind("_test.cc"));
    if (stem.ends_with("_e2e")) stem.resize(stem.size() - 4);
    stems.insert(stem);
    for (const std::string& line : file.lines) {
      const std::optional<Include> include = include_of(line);
      if (!include || make_source_file(include->path, "").folder() != file.folder()) continue;
      stems.insert(include->path.substr(0, include->path.rfind('.')));
    }
  }
  return stems;
}

// a/plan_file_json.cc may be tested as a part of a/plan_file.cc or of a/plan.cc.
bool has_test(std::string stem, const std::set<std::string>& tested) {
  const size_t slash = stem.rfind('/');
  while (!tested.contains(stem)) {
    const size_t joint = stem.rfind('_');
    if (joint == std::string::npos || joint < slash) return false;
    stem.resize(joint);
  }
  return true;
}

}  // namespace

std::vector<Finding> check_include_arrows(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.is_cpp()) return findings;
  const std::string folder = file.folder();
  if (!allowed_folders().contains(folder)) {
    return {{file.path, 0, fmt::format("no arrow of the design knows the folder {}", folder)}};
  }
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::optional<Include> include = include_of(file.lines[i]);
    if (!include) continue;
    const std::string advice = advice_on(folder, *include);
    if (!advice.empty()) findings.push_back({file.path, static_cast<int>(i) + 1, advice});
  }
  return findings;
}

std::vector<Finding> check_light_headers(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!file.is_header()) return findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::optional<Include> include = include_of(file.lines[i]);
    if (!include || include->quoted || !starts_with_any(include->path, kHeavyHeaders)) continue;
    findings.push_back({file.path, static_cast<int>(i) + 1,
                        fmt::format("<{}> in a header; declare the type and include it in the .cc",
                                    include->path)});
  }
  return findings;
}

std::vector<Finding> check_tests_beside(
    const std::vector<SourceFile>& files,
    const std::vector<std::pair<std::string, std::string>>& excused) {
  const std::set<std::string> tested = tested_stems(files);
  std::set<std::string> untested;
  for (const SourceFile& file : files) {
    const std::string stem = file.path.substr(0, file.path.rfind('.'));
    if (needs_test(file) && !has_test(stem, tested)) untested.insert(file.path);
  }
  std::vector<Finding> findings;
  for (const auto& [path, reason] : excused) {
    if (untested.erase(path) == 0) {
      findings.push_back({path, 0, "has a test or is gone; take it off the list of excuses"});
    }
  }
  for (const std::string& path : untested) {
    findings.push_back(
        {path, 0, "has no test beside it; write one, or give the reason in the list"});
  }
  return findings;
}

std::vector<Finding> check_top_level(const std::vector<std::string>& names) {
  static const std::set<std::string> kDesign = {"CMakeLists.txt", "LICENSE", "README.md", "bench",
                                                "loaders",        "results", "scenarios", "tools"};
  std::vector<Finding> findings;
  std::set<std::string> missing = kDesign;
  for (const std::string& name : names) {
    if (missing.erase(name) == 0) {
      findings.push_back({name, 0, "does not belong at the top level; move it into a folder"});
    }
  }
  for (const std::string& name : missing) {
    findings.push_back({name, 0, "is missing at the top level"});
  }
  return findings;
}

std::vector<Finding> check_named_paths(const SourceFile& document,
                                       const std::function<bool(const std::string&)>& exists) {
  static const std::regex kPath("`((?:bench|loaders|scenarios|tools)/[A-Za-z0-9_./-]*)`");
  std::vector<Finding> findings;
  for (size_t i = 0; i < document.lines.size(); ++i) {
    const std::string& line = document.lines[i];
    for (std::sregex_iterator match(line.begin(), line.end(), kPath), end; match != end; ++match) {
      const std::string path = (*match)[1];
      if (exists(path)) continue;
      findings.push_back({document.path, static_cast<int>(i) + 1,
                          fmt::format("{} does not exist; correct the path", path)});
    }
  }
  return findings;
}

}  // namespace tare::style
