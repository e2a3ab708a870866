// Where a long piece of work stands, as one line of text.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tools/report/style.h"

namespace tare {

struct Progress {
  std::string stage;  // "load", "pair 2 of 4, contender: measure"
  std::chrono::nanoseconds elapsed{};
  std::optional<std::chrono::nanoseconds> remaining;
  std::optional<double> rate_per_s;  // none where nothing is counted
  std::optional<int64_t> p99_ns;     // response time since the last report
  std::string detail;
};

// At most `columns` columns wide (what does not fit is cut), without a line break.
std::string terminal_line(const Progress& progress, int columns, const Style& style);

// For logs: the same words, not cut, without a line break.
std::string log_line(const Progress& progress);

}  // namespace tare
