#include "tools/report/hit_or_fix_lines.h"

#include <fmt/format.h>

#include <cmath>

#include "tools/report/cells.h"

namespace tare {
namespace {

std::string signed_time(double nanoseconds) {
  return (nanoseconds < 0 ? "-" : "+") + time_cell(std::abs(nanoseconds));
}

}  // namespace

std::vector<std::string> hit_or_fix_lines(const std::vector<HitOrFix>& all) {
  std::vector<std::string> lines;
  for (const HitOrFix& each : all) {
    if (each.words.empty()) continue;
    const std::vector<NamedPart> parts = named_parts(each);
    if (parts.size() > 1) {
      std::string line =
          fmt::format("of the change of {}'s response tm95 ({}): ", harmless(each.operation),
                      signed_time(each.change_ns));
      for (const NamedPart& part : parts) {
        line += fmt::format("{}{} {}", &part == &parts.front() ? "" : ", ", part.name,
                            signed_time(part.ns));
      }
      lines.push_back(std::move(line));
    }
    lines.push_back(harmless(fmt::format("{}: {}", each.operation, each.words)));
  }
  return lines;
}

}  // namespace tare
