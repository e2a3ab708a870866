#include "tools/report/environment_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "tools/report/cells.h"

namespace tare {
namespace {

std::string standing_words(const GroupDifference& difference) {
  switch (difference.standing) {
    case Standing::follows:
      return "follows: " + difference.why;
    case Standing::allowed:
      return "allowed by name";
    case Standing::undeclared:
      return "NOT declared";
    default:
      return to_text(difference.standing);
  }
}

}  // namespace

std::vector<std::string> environment_lines(const Experiment& experiment) {
  if (!experiment.comparison.environment) return {};
  const EnvironmentComparison& found = *experiment.comparison.environment;
  std::vector<std::string> differing, chance, parts, lines;
  std::set<std::string> unused;  // of what is allowed
  if (experiment.criteria) unused = experiment.criteria->declared.allowed;
  for (const GroupDifference& difference : found.differing) {
    if (difference.standing == Standing::chance) {
      chance.push_back(difference.group);
      continue;
    }
    differing.push_back(fmt::format("{} ({})", difference.group, standing_words(difference)));
    if (difference.standing != Standing::allowed) continue;
    unused.erase(difference.group);
    lines.push_back(harmless(fmt::format("allowed to differ: {}: {}", difference.group,
                                         fmt::join(difference.details, "; "))));
  }
  parts.push_back(differing.empty() ? std::string("no group differs")
                                    : fmt::format("differs in {}", fmt::join(differing, ", ")));
  if (!chance.empty()) parts.push_back(fmt::format("by chance: {}", fmt::join(chance, ", ")));
  if (!found.same.empty()) parts.push_back(fmt::format("same: {}", fmt::join(found.same, ", ")));
  if (!found.unknown.empty()) {
    parts.push_back(fmt::format("not known: {}", fmt::join(found.unknown, ", ")));
  }
  if (!unused.empty()) {
    lines.push_back(
        fmt::format("allowed to differ: {}; nothing undeclared does", fmt::join(unused, ", ")));
  }
  lines.insert(lines.begin(), harmless(fmt::format("environment: {}", fmt::join(parts, "; "))));
  return lines;
}

}  // namespace tare
