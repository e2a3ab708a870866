// The words reports share for metrics and limits.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/report/style.h"

namespace tare {

// "response_time_tm95_hit" -> "response tm95, hit"; a limit's unit is left out:
// "response_time_p99_ms" -> "response p99".
std::string metric_words(const std::string& metric);

// "page response p99 at most 20.0 ms, measured 8.12 ms".
std::string limit_sentence(const LimitResult& limit);

// "holds", "broken" or "inconclusive".
std::string limit_outcome(const LimitResult& limit);

Paint paint_of(Outcome outcome);

// One line each: "limit: page response p99 at most 20.0 ms, measured 8.12 ms: holds".
std::string limit_lines(const std::vector<LimitResult>& limits, const Style& style);

}  // namespace tare
