#include "tools/report/run_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tools/report/cells.h"
#include "tools/report/counter_lines.h"
#include "tools/report/index_review_table.h"
#include "tools/report/plan_use_lines.h"
#include "tools/report/ran_plan_lines.h"
#include "tools/report/words.h"

namespace tare {
namespace {

using Rows = std::vector<std::vector<Cell>>;

Cell bold(const char* text) {
  return {text, Paint::bold};
}

std::vector<Cell> times(const HistogramSummary& summary) {
  if (summary.count == 0) return {{"-"}, {"-"}, {"-"}, {"-"}, {"-"}};
  return {{time_cell(summary.tm95)},
          {time_cell(double(summary.p50))},
          {time_cell(double(summary.p99))},
          {time_cell(double(summary.p999))},
          {time_cell(double(summary.max))}};
}

void append(std::vector<Cell>& row, std::vector<Cell> cells) {
  row.insert(row.end(), cells.begin(), cells.end());
}

Cell count_of_trouble(int64_t count) {
  return {count_cell(count), count > 0 ? Paint::bad : Paint::plain};
}

std::string request_table(const Result& result, const Style& style) {
  Rows rows{{bold("requests"), bold("ok"), bold("failed"), bold("timed out"), bold("dropped"),
             bold("unfinished"), bold("hit ratio"), bold("paths")}};
  for (const auto& [name, operation] : result.operations) {
    const RequestCounts& counts = operation.requests;
    int64_t hits = 0, lookups = 0;
    std::vector<std::string> paths;
    for (const auto& [path, found] : operation.paths) {
      paths.push_back(fmt::format("{} {}", path, count_cell(found.count)));
      if (path == "hit") hits += found.count;
      if (path == "hit" || path == "miss") lookups += found.count;
    }
    std::optional<double> ratio;
    if (lookups > 0) ratio = double(hits) / double(lookups);
    rows.push_back({{harmless(name)},
                    {count_cell(counts.ok)},
                    count_of_trouble(counts.failed),
                    count_of_trouble(counts.timed_out),
                    count_of_trouble(counts.dropped),
                    count_of_trouble(counts.unfinished),
                    {share_cell(ratio)},
                    {harmless(fmt::format("{}", fmt::join(paths, ", ")))}});
  }
  constexpr Align left = Align::left, right = Align::right;
  return aligned(rows, {left, right, right, right, right, right, right, left}, style);
}

std::string time_table(const Result& result, const Style& style) {
  Rows rows{{bold("times"), bold(""), bold("count"), bold("tm95"), bold("p50"), bold("p99"),
             bold("p99.9"), bold("max")}};
  const auto add = [&rows](const std::string& operation, const std::string& what,
                           const HistogramSummary& summary) {
    rows.push_back({{harmless(operation)}, {harmless(what)}, {count_cell(summary.count)}});
    append(rows.back(), times(summary));
  };
  for (const auto& [name, operation] : result.operations) {
    add(name, "response time", operation.response_time_ns);
    add("", "service time", operation.service_time_ns);
    if (operation.paths.size() > 1) {
      for (const auto& [path, found] : operation.paths) {
        add("", "  path " + path, found.response_time_ns);
      }
    }
    for (const auto& [step, found] : operation.steps) {
      add("", "  step " + step, found.service_time_ns);
    }
  }
  add("generator", "lag", result.generator.lag_ns);
  add("", "wait for a connection", result.generator.wait_ns);
  constexpr Align left = Align::left, right = Align::right;
  return aligned(rows, {left, left, right, right, right, right, right, right}, style);
}

std::string job_table(const Result& result, const Style& style) {
  if (result.jobs.empty()) return "";
  Rows rows{{bold("jobs"), bold("every"), bold("runs"), bold("ok"), bold("failed"), bold("skipped"),
             bold("unfinished"), bold("batches"), bold("retries"), bold("late p50"),
             bold("late max"), bold("takes p50"), bold("takes max")}};
  for (const auto& [name, job] : result.jobs) {
    const auto time = [](const HistogramSummary& times, int64_t value) {
      return Cell{times.count == 0 ? "-" : time_cell(double(value))};
    };
    rows.push_back({{harmless(name)},
                    {duration_cell(job.every_s)},
                    {count_cell(job.runs.scheduled)},
                    {count_cell(job.runs.ok)},
                    count_of_trouble(job.runs.failed + job.runs.timed_out),
                    {count_cell(job.runs.skipped)},
                    {count_cell(job.runs.unfinished)},
                    {count_cell(job.batches)},
                    {count_cell(job.retries)},
                    time(job.lateness_ns, job.lateness_ns.p50),
                    time(job.lateness_ns, job.lateness_ns.max),
                    time(job.duration_ns, job.duration_ns.p50),
                    time(job.duration_ns, job.duration_ns.max)});
  }
  std::vector<Align> columns(rows[0].size(), Align::right);
  columns[0] = Align::left;
  std::string out = aligned(rows, columns, style);
  for (const auto& [name, job] : result.jobs) {
    if (job.first_error.empty()) continue;
    out += harmless(fmt::format("failed: job {}: the first: {}", name, job.first_error)) + "\n";
  }
  return out + "\n";
}

std::string cache_table(const Result& result, const Style& style) {
  if (!result.cache) return "";
  const CacheReview& cache = *result.cache;
  Rows rows{{bold("cache rules"), bold("asked"), bold("hits"), bold("bypassed"), bold("stored"),
             bold("keys"), bold("ttl up to"), bold("bytes p50"), bold("bytes max")}};
  int64_t hits = 0, misses = 0;
  for (const auto& [name, rule] : cache.rules) {
    hits += rule.lookups.hits;
    misses += rule.lookups.gets - rule.lookups.hits;
    rows.push_back({{harmless(name)},
                    {count_cell(rule.lookups.gets)},
                    {count_cell(rule.lookups.hits)},
                    {count_cell(rule.lookups.bypassed)},
                    {count_cell(rule.lookups.stored)},
                    {count_cell(rule.keys.keys)},
                    {rule.keys.looked_at == 0 ? "-" : duration_cell(rule.keys.longest_ttl_s)},
                    {count_cell(rule.keys.bytes_p50)},
                    {count_cell(rule.keys.bytes_max)}});
  }
  std::vector<Align> columns(rows[0].size(), Align::right);
  columns[0] = Align::left;
  std::string out = aligned(rows, columns, style);
  out += fmt::format(
      "warm-up and window: {} hits and {} misses by tare's count, {} and {} by Redis' own{}\n",
      count_cell(hits), count_cell(misses), count_cell(cache.info_hits),
      count_cell(cache.info_misses), cache.complete ? "" : "; not all keys were looked through");
  for (const std::string& finding : cache.findings) {
    out += painted("cache: ", Paint::doubtful, style) + harmless(finding) + "\n";
  }
  return out + "\n";
}

std::string trouble_lines(const Result& result) {
  std::string out;
  for (const auto& [name, operation] : result.operations) {
    if (!operation.failed.empty()) {
      std::vector<std::string> reasons;
      for (const auto& [reason, count] : operation.failed) {
        reasons.push_back(fmt::format("{} {}", reason, count_cell(count)));
      }
      out += harmless(fmt::format(
                 "failed: {}: {}{}", name, fmt::join(reasons, ", "),
                 operation.first_error.empty() ? "" : "; the first: " + operation.first_error)) +
             "\n";
    }
    const CacheCheck& check = operation.cache_check;
    if (check.checked > 0) {
      out +=
          harmless(fmt::format("cache check: {}: {} of {} sampled hits differ from SQL{}", name,
                               count_cell(check.different), count_cell(check.checked),
                               check.different > 0 ? ", for example " + check.example_key : "")) +
          "\n";
    }
  }
  return out;
}

std::string environment_line(const Environment& environment) {
  std::vector<std::string> parts;
  for (const auto* name : {"postgres", "redis"}) {
    const auto found = environment.versions.find(name);
    if (found == environment.versions.end()) continue;
    const char* server = name == std::string_view("postgres") ? "PostgreSQL" : "Redis";
    parts.push_back(fmt::format("{} {}", server, found->second));
  }
  for (const auto* name : {"cpu", "cores", "kernel"}) {
    const auto found = environment.host.find(name);
    if (found == environment.host.end()) continue;
    parts.push_back(name == std::string_view("cores") ? found->second + " cores" : found->second);
  }
  if (!environment.file_system.empty()) parts.push_back(environment.file_system);
  if (!environment.git_revision.empty() && environment.git_revision != "none") {
    parts.push_back("git " + environment.git_revision);
  }
  return harmless(fmt::format("environment: {}", fmt::join(parts, ", "))) + "\n";
}

// In a closed loop nothing is offered: the servers decide.
std::string offer(const Result& result) {
  const auto arrivals = result.environment.generator.find("arrivals");
  if (arrivals != result.environment.generator.end() &&
      arrivals->second.find("closed loop") != std::string::npos) {
    return "of " + arrivals->second;
  }
  return fmt::format("at {}/s offered", three_digits(result.offered_rate_per_s));
}

}  // namespace

std::string run_table(const Result& result, const std::vector<LimitResult>& limits,
                      const std::string& folder, const std::vector<std::string>& next,
                      const Style& style) {
  const char* dot = style.characters == Characters::utf8 ? " · " : " | ";
  std::string title = result.scenario;
  if (!result.change.empty()) title += fmt::format("{}change: {}", dot, result.change);
  if (!result.arm.empty()) title += dot + result.arm;
  title += fmt::format("{}{} {}, {}/s ok{}{}", dot, duration_cell(result.measured_s), offer(result),
                       three_digits(result.achieved_rate_per_s), dot, result.started_at);
  std::string out = painted(harmless(title), Paint::bold, style) + "\n\n";
  out += request_table(result, style) + "\n" + time_table(result, style) + "\n";
  out += job_table(result, style) + cache_table(result, style);
  if (result.counters) out += counters_summary(*result.counters, style);
  out += fmt::format("generator: {} of CPU per request, {} reconnects\n",
                     time_cell(result.generator.cpu_ns_per_request),
                     count_cell(result.generator.reconnects));
  out += trouble_lines(result) + limit_lines(limits, style) + environment_line(result.environment);
  for (const std::string& line : plan_use_lines(result)) out += line + "\n";
  for (const std::string& line : ran_plan_lines(result)) out += line + "\n";
  std::vector<std::string> warnings = result.warnings;
  if (result.session_plans) {
    const std::vector<std::string>& findings = result.session_plans->findings;
    warnings.insert(warnings.end(), findings.begin(), findings.end());
  }
  for (const std::string& warning : warnings) {
    out += painted("warning: ", Paint::doubtful, style) + harmless(warning) + "\n";
  }
  if (result.index_review) out += "\n" + index_review_table(*result.index_review, style) + "\n";
  if (!folder.empty()) out += fmt::format("files: {}\n", folder);
  for (const std::string& command : next) out += fmt::format("next: {}\n", command);
  return out;
}

}  // namespace tare
