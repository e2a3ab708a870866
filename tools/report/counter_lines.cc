#include "tools/report/counter_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "tools/report/cells.h"

namespace tare {
namespace {

using Rows = std::vector<std::vector<Cell>>;

constexpr Align kLeft = Align::left, kRight = Align::right;
constexpr size_t kMostEvents = 3;  // of a statement's waits

std::string plain(double value) {
  return value >= 1000 ? count_cell(int64_t(value + 0.5)) : three_digits(value);
}

std::string amount(double value, const std::string& unit) {
  if (unit == "ns") return time_cell(value);
  if (unit == "bytes") return plain(value) + " bytes";
  return plain(value);
}

// Small figures are told of a thousand requests.
std::string per_request(const CounterChange& change) {
  const bool few = change.unit != "ns" && std::max(change.baseline, change.contender) < 1;
  const double times = few ? 1000 : 1;
  return fmt::format("{} -> {} {}", amount(times * change.baseline, change.unit),
                     amount(times * change.contender, change.unit),
                     few ? "per 1,000 requests" : "per request");
}

std::string words_of(const CounterChange& change) {
  const std::string what =
      change.kind == CounterKind::share
          ? fmt::format("{} {} -> {}", change.name, share_cell(change.baseline),
                        share_cell(change.contender))
          : fmt::format("{} {}", change.name, per_request(change));
  if (change.source == "waits") return fmt::format("wait events of {}: {}", change.object, what);
  if (change.source == "indexes") return fmt::format("index {}: {}", change.object, what);
  if (change.object.empty()) return fmt::format("{}: {}", change.source, what);
  if (change.source == "tables" || change.source == "statements") {
    return fmt::format("{}: {}", change.object, what);
  }
  return fmt::format("{}, {}: {}", change.source, change.object, what);
}

// The events of each statement that were found most often: "running 71 %, IO/DataFileRead 22 %".
std::map<std::string, std::string> waits_in_words(const WaitProfile& waits) {
  std::map<std::string, std::vector<WaitProfile::Count>> by_statement;
  for (const auto& count : waits.counts) by_statement[count.statement].push_back(count);
  std::map<std::string, std::string> words;
  for (auto& [statement, counts] : by_statement) {
    int64_t all = 0;
    for (const auto& count : counts) all += count.samples;
    std::stable_sort(counts.begin(), counts.end(),
                     [](const auto& a, const auto& b) { return a.samples > b.samples; });
    std::string& text = words[statement];
    for (size_t i = 0; i < std::min(counts.size(), kMostEvents); ++i) {
      text += fmt::format("{}{} {}", i == 0 ? "" : ", ", counts[i].event,
                          share_cell(double(counts[i].samples) / double(all)));
    }
    text += fmt::format(" of {}", count_cell(all));
  }
  return words;
}

const CounterSource* source_of(const ServerCounters& counters, const std::string& name) {
  for (const CounterSource& source : counters.sources) {
    if (source.name == name) return &source;
  }
  return nullptr;
}

std::string statement_table(const ServerCounters& counters, const Style& style) {
  std::map<std::string, std::map<std::string, int64_t>> statements;
  if (const CounterSource* source = source_of(counters, "statements")) {
    for (const CounterValue& value : source->values) {
      statements[value.object][value.name] = value.value;
    }
  }
  const auto waits = waits_in_words(counters.waits);
  for (const auto& [statement, words] : waits) statements[statement];
  if (statements.empty()) return "";
  Rows rows{{{"statements", Paint::bold},
             {"calls", Paint::bold},
             {"each takes", Paint::bold},
             {"rows", Paint::bold},
             {"blocks", Paint::bold},
             {"read", Paint::bold},
             {"WAL bytes", Paint::bold},
             {"found waiting for", Paint::bold}}};
  for (auto& [statement, values] : statements) {
    const double calls = double(values["calls"]);
    const auto each = [&](double value, const char* unit) {
      return Cell{calls > 0 ? amount(value / calls, unit) : "-"};
    };
    const auto found = waits.find(statement);
    rows.push_back({{harmless(statement)},
                    {calls > 0 ? count_cell(values["calls"]) : "-"},
                    {calls > 0 ? time_cell(double(values["exec_time"]) / calls) : "-"},
                    each(double(values["rows"]), ""),
                    each(double(values["shared_blks_hit"] + values["shared_blks_read"] +
                                values["local_blks_hit"] + values["local_blks_read"]),
                         ""),
                    each(double(values["shared_blks_read"] + values["local_blks_read"]), ""),
                    each(double(values["wal_bytes"]), ""),
                    {found == waits.end() ? "-" : harmless(found->second)}});
  }
  return aligned(rows, {kLeft, kRight, kRight, kRight, kRight, kRight, kRight, kLeft}, style);
}

// What a newer version would count is no loss to speak of in the summary.
bool is_loss(const std::string& missing) {
  return !missing.empty() && missing.find(" came with ") == std::string::npos &&
         !missing.starts_with("came with ") && !missing.starts_with("the scenario asks no ");
}

std::string missing_lines(const ServerCounters& counters, const Style& style) {
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& text) {
    if (is_loss(text) && std::find(lines.begin(), lines.end(), text) == lines.end()) {
      lines.push_back(text);
    }
  };
  for (const CounterSource& source : counters.sources) add(source.missing);
  add(counters.latencies_missing);
  add(counters.waits.missing);
  std::string out;
  for (const std::string& line : lines) {
    out += painted("not counted: ", Paint::doubtful, style) + harmless(line) + "\n";
  }
  return out;
}

std::string value_table(const ServerCounters& counters, const Style& style) {
  Rows rows{{{"counter", Paint::bold},
             {"of", Paint::bold},
             {"", Paint::bold},
             {"moved by", Paint::bold},
             {"per request", Paint::bold},
             {"", Paint::bold}}};
  for (const CounterSource& source : counters.sources) {
    const double requests = double(counters.requests(source.covers));
    for (const CounterValue& value : source.values) {
      rows.push_back(
          {{source.name},
           {harmless(value.object)},
           {value.name},
           {value.unit == "ns" ? time_cell(double(value.value)) : count_cell(value.value)},
           {requests > 0 ? amount(double(value.value) / requests, value.unit) : "-"},
           {source.covers == CounterSpan::window ? "window" : "warm-up and window"}});
    }
  }
  return rows.size() == 1
             ? ""
             : aligned(rows, {kLeft, kLeft, kLeft, kRight, kRight, kLeft}, style) + "\n";
}

std::string latency_table(const ServerCounters& counters, const Style& style) {
  if (counters.latencies.empty()) return "";
  Rows rows{{{"Redis executes", Paint::bold}, {"calls by at most so many us", Paint::bold}}};
  for (const CommandLatency& latency : counters.latencies) {
    std::string text;
    for (const auto& bucket : latency.buckets) {
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", count_cell(bucket.up_to_us),
                          count_cell(bucket.calls));
    }
    rows.push_back({{harmless(latency.command)}, {text}});
  }
  return aligned(rows, {kLeft, kLeft}, style) + "\n";
}

std::string level_table(const ServerCounters& counters, const Style& style) {
  if (counters.levels.empty()) return "";
  Rows rows{{{"level", Paint::bold},
             {"", Paint::bold},
             {"at the start", Paint::bold},
             {"at the end", Paint::bold},
             {"", Paint::bold}}};
  for (const CounterLevel& level : counters.levels) {
    rows.push_back({{level.source},
                    {level.name},
                    {count_cell(level.start)},
                    {count_cell(level.end)},
                    {level.unit}});
  }
  return aligned(rows, {kLeft, kLeft, kRight, kRight, kLeft}, style) + "\n";
}

}  // namespace

std::vector<std::string> counter_change_lines(const std::vector<CounterChange>& changes) {
  std::vector<std::string> lines;
  for (const CounterChange& change : changes) lines.push_back(harmless(words_of(change)));
  return lines;
}

std::string counters_summary(const ServerCounters& counters, const Style& style) {
  const std::string text = statement_table(counters, style) + missing_lines(counters, style);
  return text.empty() ? "" : text + "\n";
}

std::string counters_table(const ServerCounters& counters, const Style& style) {
  std::string out = value_table(counters, style) + level_table(counters, style) +
                    latency_table(counters, style) + counters_summary(counters, style);
  for (const CounterSource& source : counters.sources) {
    if (source.missing.empty() || is_loss(source.missing)) continue;
    out += harmless(fmt::format("{}: {}", source.name, source.missing)) + "\n";
  }
  return out;
}

}  // namespace tare
