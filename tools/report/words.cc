#include "tools/report/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/cells.h"

namespace tare {

std::string metric_words(const std::string& metric) {
  std::string words = metric.ends_with("_ms") ? metric.substr(0, metric.size() - 3) : metric;
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

std::string limit_sentence(const LimitResult& limit) {
  const auto value = [&limit](std::optional<double> number) {
    if (!number) return std::string("-");
    return limit.metric.ends_with("_ms") ? time_cell(*number * 1e6) : share_cell(number);
  };
  return fmt::format("{} {} at most {}, measured {}", harmless(limit.operation),
                     metric_words(limit.metric), value(limit.limit), value(limit.measured));
}

std::string limit_outcome(const LimitResult& limit) {
  switch (limit.outcome) {
    case Outcome::met:
      return "holds";
    case Outcome::missed:
      return "broken";
    case Outcome::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string limit_lines(const std::vector<LimitResult>& limits, const Style& style) {
  std::string out;
  for (const LimitResult& limit : limits) {
    out += fmt::format("limit: {}: {}{}\n", limit_sentence(limit),
                       painted(limit_outcome(limit), paint_of(limit.outcome), style),
                       limit.note.empty() ? "" : fmt::format(" ({})", harmless(limit.note)));
  }
  return out;
}

Paint paint_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::met:
      return Paint::good;
    case Outcome::missed:
      return Paint::bad;
    case Outcome::inconclusive:
      break;
  }
  return Paint::doubtful;
}

}  // namespace tare
