// result.json: the value Result as text and back.
#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_groups.h"
#include "bench/model/result_file_observed.h"
#include "bench/model/result_file_review.h"
#include "bench/model/result_file_schema.h"
#include "bench/model/result_file_sessions.h"
#include "embedded/result_schema.h"

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// ---- writing ------------------------------------------------------------------------------

ordered_json written(const HistogramSummary& summary) {
  return {{"count", summary.count}, {"mean", summary.mean}, {"tm95", summary.tm95},
          {"p50", summary.p50},     {"p90", summary.p90},   {"p95", summary.p95},
          {"p99", summary.p99},     {"p999", summary.p999}, {"max", summary.max}};
}

ordered_json written(const RequestCounts& counts) {
  return {{"scheduled", counts.scheduled}, {"ok", counts.ok},
          {"failed", counts.failed},       {"timed_out", counts.timed_out},
          {"dropped", counts.dropped},     {"unfinished", counts.unfinished}};
}

ordered_json written(const OperationResult& operation) {
  ordered_json paths = ordered_json::object();
  for (const auto& [name, path] : operation.paths) {
    paths[name] = {{"count", path.count}, {"response_time_ns", written(path.response_time_ns)}};
    if (!path.tm95_part) continue;
    paths[name]["tm95_part"] = {{"share", path.tm95_part->share},
                                {"mean_ns", path.tm95_part->mean}};
  }
  ordered_json steps = ordered_json::object();
  for (const auto& [name, step] : operation.steps) {
    steps[name] = {{"calls", step.calls}, {"service_time_ns", written(step.service_time_ns)}};
  }
  ordered_json out;
  out["requests"] = written(operation.requests);
  out["failed"] = operation.failed;
  out["first_error"] = operation.first_error;
  out["response_time_ns"] = written(operation.response_time_ns);
  out["service_time_ns"] = written(operation.service_time_ns);
  out["paths"] = paths;
  out["steps"] = steps;
  out["cache_check"] = {{"checked", operation.cache_check.checked},
                        {"different", operation.cache_check.different},
                        {"example_key", operation.cache_check.example_key}};
  if (!operation.thirds.empty()) {
    out["thirds"] = ordered_json::array();
    for (const ThirdResult& third : operation.thirds) {
      out["thirds"].push_back({{"count", third.count}, {"tm95_ns", third.tm95_ns}});
    }
  }
  return out;
}

ordered_json written(const JobResult& job) {
  ordered_json out;
  out["operation"] = job.operation;
  out["every_s"] = job.every_s;
  out["runs"] = {{"scheduled", job.runs.scheduled}, {"ok", job.runs.ok},
                 {"failed", job.runs.failed},       {"timed_out", job.runs.timed_out},
                 {"skipped", job.runs.skipped},     {"unfinished", job.runs.unfinished}};
  out["batches"] = job.batches;
  out["retries"] = job.retries;
  out["work_left"] = job.work_left;
  out["first_error"] = job.first_error;
  out["lateness_ns"] = written(job.lateness_ns);
  out["duration_ns"] = written(job.duration_ns);
  return out;
}

ordered_json written(const CachedKeys& keys) {
  return {{"keys", keys.keys},
          {"looked_at", keys.looked_at},
          {"without_ttl", keys.without_ttl},
          {"longest_ttl_s", keys.longest_ttl_s},
          {"bytes_p50", keys.bytes_p50},
          {"bytes_max", keys.bytes_max},
          {"example", keys.example}};
}

ordered_json written(const CacheReview& cache) {
  ordered_json out;
  out["rules"] = ordered_json::object();
  for (const auto& [name, rule] : cache.rules) {
    out["rules"][name] = {{"lookups",
                           {{"gets", rule.lookups.gets},
                            {"hits", rule.lookups.hits},
                            {"bypassed", rule.lookups.bypassed},
                            {"stored", rule.lookups.stored}}},
                          {"keys", written(rule.keys)}};
  }
  out["others"] = written(cache.others);
  out["declared_others"] = cache.declared_others;
  out["complete"] = cache.complete;
  out["info_hits"] = cache.info_hits;
  out["info_misses"] = cache.info_misses;
  out["findings"] = cache.findings;
  return out;
}

ordered_json written(const Environment& environment) {
  ordered_json out;
  out["versions"] = environment.versions;
  out["postgres_settings"] = environment.postgres_settings;
  out["redis_settings"] = environment.redis_settings;
  out["host"] = environment.host;
  out["generator"] = environment.generator;
  out["file_system"] = environment.file_system;
  out["git_revision"] = environment.git_revision;
  if (!environment.groups.empty()) {
    out["groups"] = ordered_json::parse(groups_to_json(environment.groups));
  }
  return out;
}

// ---- reading: the schema has been checked, so every field is there with its type ------------

int64_t whole_number(const json& value) {
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max())) {
    throw std::out_of_range(fmt::format("{} is too large", value.dump()));
  }
  return value.get<int64_t>();
}

HistogramSummary read_summary(const json& value) {
  HistogramSummary summary;
  summary.count = whole_number(value.at("count"));
  summary.mean = value.at("mean").get<double>();
  summary.tm95 = value.at("tm95").get<double>();
  summary.p50 = whole_number(value.at("p50"));
  summary.p90 = whole_number(value.at("p90"));
  summary.p95 = whole_number(value.at("p95"));
  summary.p99 = whole_number(value.at("p99"));
  summary.p999 = whole_number(value.at("p999"));
  summary.max = whole_number(value.at("max"));
  return summary;
}

RequestCounts read_counts(const json& value) {
  RequestCounts counts;
  counts.scheduled = whole_number(value.at("scheduled"));
  counts.ok = whole_number(value.at("ok"));
  counts.failed = whole_number(value.at("failed"));
  counts.timed_out = whole_number(value.at("timed_out"));
  counts.dropped = whole_number(value.at("dropped"));
  counts.unfinished = whole_number(value.at("unfinished"));
  return counts;
}

OperationResult read_operation(const json& value) {
  OperationResult operation;
  operation.requests = read_counts(value.at("requests"));
  for (const auto& [reason, count] : value.at("failed").items()) {
    operation.failed[reason] = whole_number(count);
  }
  operation.first_error = value.at("first_error").get<std::string>();
  operation.response_time_ns = read_summary(value.at("response_time_ns"));
  operation.service_time_ns = read_summary(value.at("service_time_ns"));
  for (const auto& [name, path] : value.at("paths").items()) {
    PathResult& read = operation.paths[name];
    read.count = whole_number(path.at("count"));
    read.response_time_ns = read_summary(path.at("response_time_ns"));
    if (const auto part = path.find("tm95_part"); part != path.end()) {
      read.tm95_part = {part->at("share").get<double>(), part->at("mean_ns").get<double>()};
    }
  }
  for (const auto& [name, step] : value.at("steps").items()) {
    operation.steps[name] = {whole_number(step.at("calls")),
                             read_summary(step.at("service_time_ns"))};
  }
  const json& check = value.at("cache_check");
  operation.cache_check.checked = whole_number(check.at("checked"));
  operation.cache_check.different = whole_number(check.at("different"));
  operation.cache_check.example_key = check.at("example_key").get<std::string>();
  if (const auto thirds = value.find("thirds"); thirds != value.end()) {
    for (const json& third : *thirds) {
      operation.thirds.push_back(
          {whole_number(third.at("count")), third.at("tm95_ns").get<double>()});
    }
  }
  return operation;
}

CacheLookups read_lookups(const json& value) {
  return {whole_number(value.at("gets")), whole_number(value.at("hits")),
          whole_number(value.at("bypassed")), whole_number(value.at("stored"))};
}

CachedKeys read_keys(const json& value) {
  CachedKeys keys;
  keys.keys = whole_number(value.at("keys"));
  keys.looked_at = whole_number(value.at("looked_at"));
  keys.without_ttl = whole_number(value.at("without_ttl"));
  keys.longest_ttl_s = value.at("longest_ttl_s").get<double>();
  keys.bytes_p50 = whole_number(value.at("bytes_p50"));
  keys.bytes_max = whole_number(value.at("bytes_max"));
  keys.example = value.at("example").get<std::string>();
  return keys;
}

CacheReview read_cache(const json& value) {
  CacheReview cache;
  for (const auto& [name, rule] : value.at("rules").items()) {
    cache.rules[name] = {read_lookups(rule.at("lookups")), read_keys(rule.at("keys"))};
  }
  cache.others = read_keys(value.at("others"));
  cache.declared_others = whole_number(value.at("declared_others"));
  cache.complete = value.at("complete").get<bool>();
  cache.info_hits = whole_number(value.at("info_hits"));
  cache.info_misses = whole_number(value.at("info_misses"));
  cache.findings = value.at("findings").get<std::vector<std::string>>();
  return cache;
}

JobResult read_job(const json& value) {
  JobResult job;
  job.operation = value.at("operation").get<std::string>();
  job.every_s = value.at("every_s").get<double>();
  const json& runs = value.at("runs");
  job.runs = {whole_number(runs.at("scheduled")), whole_number(runs.at("ok")),
              whole_number(runs.at("failed")),    whole_number(runs.at("timed_out")),
              whole_number(runs.at("skipped")),   whole_number(runs.at("unfinished"))};
  job.batches = whole_number(value.at("batches"));
  job.retries = whole_number(value.at("retries"));
  job.work_left = whole_number(value.at("work_left"));
  job.first_error = value.at("first_error").get<std::string>();
  job.lateness_ns = read_summary(value.at("lateness_ns"));
  job.duration_ns = read_summary(value.at("duration_ns"));
  return job;
}

GeneratorResult read_generator(const json& value) {
  GeneratorResult generator;
  generator.lag_ns = read_summary(value.at("lag_ns"));
  generator.wait_ns = read_summary(value.at("wait_ns"));
  generator.cpu_ns_per_request = value.at("cpu_ns_per_request").get<double>();
  generator.reconnects = whole_number(value.at("reconnects"));
  return generator;
}

Environment read_environment(const json& value) {
  Environment environment;
  environment.versions = value.at("versions").get<Settings>();
  environment.postgres_settings = value.at("postgres_settings").get<Settings>();
  environment.redis_settings = value.at("redis_settings").get<Settings>();
  environment.host = value.at("host").get<Settings>();
  environment.generator = value.at("generator").get<Settings>();
  environment.file_system = value.at("file_system").get<std::string>();
  environment.git_revision = value.at("git_revision").get<std::string>();
  if (const auto groups = value.find("groups"); groups != value.end()) {
    environment.groups = groups_from_json(groups->dump());
  }
  return environment;
}

Result read_document(const json& value) {
  Result result;
  result.scenario = value.at("scenario").get<std::string>();
  result.change = value.at("change").get<std::string>();
  result.arm = value.at("arm").get<std::string>();
  result.started_at = value.at("started_at").get<std::string>();
  result.warmup_s = value.at("warmup_s").get<double>();
  result.measured_s = value.at("measured_s").get<double>();
  result.offered_rate_per_s = value.at("offered_rate_per_s").get<double>();
  result.achieved_rate_per_s = value.at("achieved_rate_per_s").get<double>();
  result.clock_step_s = value.value("clock_step_s", 0.0);
  result.schedule_digest = value.at("schedule_digest").get<std::string>();
  for (const auto& [name, operation] : value.at("operations").items()) {
    result.operations[name] = read_operation(operation);
  }
  if (const auto jobs = value.find("jobs"); jobs != value.end()) {
    for (const auto& [name, job] : jobs->items()) result.jobs[name] = read_job(job);
  }
  if (const auto cache = value.find("cache"); cache != value.end()) {
    result.cache = read_cache(*cache);
  }
  if (const auto stalls = value.find("stalls"); stalls != value.end()) {
    result.stalls = {whole_number(stalls->at("count")), whole_number(stalls->at("total_ns")),
                     whole_number(stalls->at("longest_ns"))};
  }
  result.generator = read_generator(value.at("generator"));
  result.environment = read_environment(value.at("environment"));
  result.warnings = value.at("warnings").get<std::vector<std::string>>();
  if (const auto review = value.find("index_review"); review != value.end()) {
    result.index_review = index_review_from_json(review->dump());
  }
  if (const auto observed = value.find("observed"); observed != value.end()) {
    result.observed = observed_from_json(observed->dump());
  }
  if (const auto sessions = value.find("session_plans"); sessions != value.end()) {
    result.session_plans = session_plans_from_json(sessions->dump());
  }
  if (const auto told = value.find("auto_explain"); told != value.end()) {
    result.auto_explain = auto_explain_from_json(told->dump());
  }
  return result;
}

}  // namespace

std::string result_to_json(const Result& result) {
  ordered_json out;
  out["schema_version"] = 1;
  out["scenario"] = result.scenario;
  out["change"] = result.change;
  out["arm"] = result.arm;
  out["started_at"] = result.started_at;
  out["warmup_s"] = result.warmup_s;
  out["measured_s"] = result.measured_s;
  out["offered_rate_per_s"] = result.offered_rate_per_s;
  out["achieved_rate_per_s"] = result.achieved_rate_per_s;
  out["clock_step_s"] = result.clock_step_s;
  out["schedule_digest"] = result.schedule_digest;
  out["operations"] = ordered_json::object();
  for (const auto& [name, operation] : result.operations) {
    out["operations"][name] = written(operation);
  }
  out["jobs"] = ordered_json::object();
  for (const auto& [name, job] : result.jobs) out["jobs"][name] = written(job);
  if (result.cache) out["cache"] = written(*result.cache);
  if (result.stalls) {
    out["stalls"] = {{"count", result.stalls->count},
                     {"total_ns", result.stalls->total_ns},
                     {"longest_ns", result.stalls->longest_ns}};
  }
  out["generator"] = {{"lag_ns", written(result.generator.lag_ns)},
                      {"wait_ns", written(result.generator.wait_ns)},
                      {"cpu_ns_per_request", result.generator.cpu_ns_per_request},
                      {"reconnects", result.generator.reconnects}};
  out["environment"] = written(result.environment);
  out["warnings"] = result.warnings;
  if (result.index_review) {
    out["index_review"] = ordered_json::parse(index_review_to_json(*result.index_review));
  }
  if (result.observed) {
    out["observed"] = ordered_json::parse(observed_to_json(*result.observed));
  }
  if (result.session_plans) {
    out["session_plans"] = ordered_json::parse(session_plans_to_json(*result.session_plans));
  }
  if (result.auto_explain) {
    out["auto_explain"] = ordered_json::parse(auto_explain_to_json(*result.auto_explain));
  }
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::result_schema, "result.json");
  return text;
}

Result result_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::result_schema, source_name);
  try {
    return read_document(json::parse(text));
  } catch (const std::exception& error) {
    throw FileProblems({{source_name, "", error.what()}});
  }
}

}  // namespace tare
