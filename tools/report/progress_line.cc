#include "tools/report/progress_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "tools/report/cells.h"

namespace tare {
namespace {

std::string clock_text(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  const int64_t whole = std::max<int64_t>(0, seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::vector<std::string> parts_of(const Progress& progress) {
  std::vector<std::string> parts{harmless(progress.stage), clock_text(progress.elapsed)};
  if (progress.remaining) parts.back() += fmt::format(", {} left", clock_text(*progress.remaining));
  if (progress.rate_per_s) parts.push_back(three_digits(*progress.rate_per_s) + "/s");
  if (progress.p99_ns) parts.push_back("p99 " + time_cell(double(*progress.p99_ns)));
  if (!progress.detail.empty()) parts.push_back(harmless(progress.detail));
  return parts;
}

}  // namespace

std::string terminal_line(const Progress& progress, int columns, const Style& style) {
  const char* dot = style.characters == Characters::utf8 ? " · " : " | ";
  std::string line = fmt::format("{}", fmt::join(parts_of(progress), dot));
  const auto room = size_t(std::max(columns, 0));
  if (width_of(line) <= room) return line;
  const char* mark = style.characters == Characters::utf8 ? "…" : "..";
  if (room <= width_of(mark)) return cut(line, room);
  return cut(line, room - width_of(mark)) + mark;
}

std::string log_line(const Progress& progress) {
  return fmt::format("{}", fmt::join(parts_of(progress), " | "));
}

}  // namespace tare
