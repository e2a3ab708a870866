#include "tools/report/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/cells.h"

namespace tare {

std::string metric_words(const std::string& metric) {
  std::string words = metric;
  const auto replace = [&words](std::string_view what, std::string_view with) {
    if (const size_t at = words.find(what); at != std::string::npos) {
      words.replace(at, what.size(), with);
    }
  };
  replace("_time_", " ");
  replace("tm95_", "tm95, ");
  replace("p999", "p99.9");
  std::replace(words.begin(), words.end(), '_', ' ');
  return harmless(words);
}

std::string limit_lines(const std::vector<LimitResult>& limits, const Style& style) {
  std::string out;
  for (const LimitResult& limit : limits) {
    const bool is_time = limit.metric.ends_with("_ms");
    const auto value = [is_time](std::optional<double> number) {
      if (!number) return std::string("-");
      return is_time ? time_cell(*number * 1e6) : share_cell(number);
    };
    const Paint paint = limit.outcome == Outcome::met      ? Paint::good
                        : limit.outcome == Outcome::missed ? Paint::bad
                                                           : Paint::doubtful;
    const char* outcome = limit.outcome == Outcome::met      ? "holds"
                          : limit.outcome == Outcome::missed ? "broken"
                                                             : "inconclusive";
    out += fmt::format("limit: {} {} at most {}, measured {}: {}{}\n", harmless(limit.operation),
                       is_time ? "response p99" : "error rate", value(limit.limit),
                       value(limit.measured), painted(outcome, paint, style),
                       limit.note.empty() ? "" : fmt::format(" ({})", limit.note));
  }
  return out;
}

}  // namespace tare
