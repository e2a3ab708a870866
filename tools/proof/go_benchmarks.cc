#include "tools/proof/go_benchmarks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>

#include "bench/model/errors.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeginning = "Benchmark";
constexpr size_t kLongestLabel = 40, kLongestQuote = 80;
constexpr size_t kMostFiles = 10'000;

template <typename Number>
std::optional<Number> number_in(const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Line {
  std::string name;
  std::optional<double> ns_per_op;  // none: it measures something else
};

// None: it is no benchmark's line.
std::optional<Line> read_line(const std::string& text) {
  std::istringstream words(text);
  std::string iterations, value, unit;
  Line line;
  if (!(words >> line.name >> iterations)) return std::nullopt;
  if (number_in<int64_t>(iterations).value_or(0) < 1) return std::nullopt;
  int figures = 0;
  for (; words >> value; ++figures) {
    const std::optional<double> number = number_in<double>(value);
    if (!number || !std::isfinite(*number) || !(words >> unit)) return std::nullopt;
    if (unit != "ns/op") continue;
    if (!(*number > 0) || line.ns_per_op) return std::nullopt;
    line.ns_per_op = number;
  }
  return figures > 0 ? std::optional(line) : std::nullopt;
}

// "label: value"; Go's labels begin with a small letter and have no blanks.
void keep_label(const std::string& text, std::map<std::string, std::string>& labels) {
  const size_t colon = text.find(": ");
  if (colon == std::string::npos || colon == 0 || colon > kLongestLabel) return;
  const std::string label = text.substr(0, colon);
  if (label.front() < 'a' || label.front() > 'z' || label.find(' ') != std::string::npos) return;
  labels.emplace(label, text.substr(colon + 2));
}

std::string stamp_of(const GoRun& run) {
  const auto found = run.labels.find("runstamp");
  return found == run.labels.end() ? "" : found->second;
}

}  // namespace

GoRun read_go_run(std::istream& text, const std::string& file) {
  GoRun run;
  run.file = file;
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.starts_with(kBeginning)) {
      keep_label(line, run.labels);
      continue;
    }
    const std::optional<Line> read = read_line(line);
    if (!read) {
      if (run.skipped++ == 0) {
        run.first_skipped = fmt::format("{}:{}: {}", file, number, line.substr(0, kLongestQuote));
      }
    } else if (read->ns_per_op) {
      run.ns_per_op[read->name].push_back(*read->ns_per_op);
    }
  }
  return run;
}

std::vector<GoRun> read_go_runs(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw UsageError(fmt::format("{} is not a folder of Go's benchmark results", folder.string()));
  }
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
    if (files.size() > kMostFiles) {
      throw UsageError(fmt::format("{} holds more than {} files: name the folder of the results",
                                   folder.string(), kMostFiles));
    }
  }
  std::vector<GoRun> runs;
  for (const fs::path& file : files) {
    std::ifstream text(file);
    GoRun run = read_go_run(text, file.lexically_relative(folder).generic_string());
    if (text.bad() || !text.eof()) {
      throw UsageError(fmt::format("{} cannot be read", file.string()));
    }
    if (!run.ns_per_op.empty()) runs.push_back(std::move(run));
  }
  if (runs.empty()) {
    throw UsageError(fmt::format("no file in {} has lines as \"BenchmarkName 100 12.5 ns/op\"",
                                 folder.string()));
  }
  std::sort(runs.begin(), runs.end(), [](const GoRun& a, const GoRun& b) {
    return std::pair(stamp_of(a), a.file) < std::pair(stamp_of(b), b.file);
  });
  return runs;
}

std::vector<GoRun> runs_of(const std::vector<GoRun>& runs, const std::string& toolchain) {
  std::vector<GoRun> chosen;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(chosen), [&](const GoRun& run) {
    const auto found = run.labels.find("toolchain");
    return found != run.labels.end() && found->second == toolchain;
  });
  if (chosen.size() < 2) {
    throw UsageError(fmt::format(
        "two runs of one toolchain are needed; of the {} found {} say \"toolchain: {}\"",
        runs.size(), chosen.size(), toolchain));
  }
  return chosen;
}

}  // namespace tare
