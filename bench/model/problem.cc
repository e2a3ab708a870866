#include "bench/model/problem.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tare {
namespace {

std::string all_lines(const std::vector<Problem>& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems) lines.push_back(to_text(problem));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace

std::string to_text(const Problem& problem) {
  if (problem.pointer.empty()) return fmt::format("{}: {}", problem.file, problem.message);
  return fmt::format("{}: {}: {}", problem.file, problem.pointer, problem.message);
}

FileProblems::FileProblems(std::vector<Problem> problems)
    : std::runtime_error(all_lines(problems)), problems_(std::move(problems)) {}

}  // namespace tare
