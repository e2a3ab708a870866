#include "tools/compare/criteria_file.h"

#include <nlohmann/json.hpp>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/criteria_schema.h"

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kFile = "criteria.json";

ordered_json written(const Limit& limit) {
  ordered_json out{{"operation", limit.operation}};
  if (limit.response_time_p99_ms) out["response_time_p99_ms"] = *limit.response_time_p99_ms;
  if (limit.error_rate) out["error_rate"] = *limit.error_rate;
  return out;
}

ordered_json written(const Expectation& expectation) {
  return {{"operation", expectation.operation},
          {"metric", expectation.metric},
          {expectation.bound == Bound::at_most ? "at_most" : "at_least", expectation.limit}};
}

template <typename Value>
ordered_json written_list(const std::vector<Value>& values) {
  ordered_json out = ordered_json::array();
  for (const Value& value : values) out.push_back(written(value));
  return out;
}

Limit read_limit(const json& value) {
  Limit out{value.at("operation").get<std::string>(), {}, {}};
  if (const auto found = value.find("response_time_p99_ms"); found != value.end()) {
    out.response_time_p99_ms = found->get<double>();
  }
  if (const auto found = value.find("error_rate"); found != value.end()) {
    out.error_rate = found->get<double>();
  }
  return out;
}

Expectation read_expectation(const json& value) {
  const bool at_most = value.contains("at_most");
  return {value.at("operation").get<std::string>(), value.at("metric").get<std::string>(),
          value.at(at_most ? "at_most" : "at_least").get<double>(),
          at_most ? Bound::at_most : Bound::at_least};
}

Criteria read_document(const json& value) {
  using Names = std::set<std::string>;
  Criteria out;
  out.margins = value.at("margins").get<std::map<std::string, double>>();
  for (const json& limit : value.at("limits")) out.limits.push_back(read_limit(limit));
  for (const json& each : value.at("expect")) out.expect.push_back(read_expectation(each));
  out.postgres_settings = value.at("postgres_settings").get<Names>();
  out.redis_settings = value.at("redis_settings").get<Names>();
  out.versions = value.at("versions").get<Names>();
  out.other_requests = value.at("other_requests").get<bool>();
  out.other_rows = value.at("other_rows").get<bool>();
  out.never_asked = value.at("never_asked").get<Names>();
  out.closed_loop = value.at("closed_loop").get<bool>();
  out.other_protocol = value.value("other_protocol", false);
  return out;
}

}  // namespace

std::string criteria_to_json(const Criteria& criteria) {
  ordered_json out;
  out["schema_version"] = 1;
  out["margins"] = criteria.margins;
  out["limits"] = written_list(criteria.limits);
  out["expect"] = written_list(criteria.expect);
  out["postgres_settings"] = criteria.postgres_settings;
  out["redis_settings"] = criteria.redis_settings;
  out["versions"] = criteria.versions;
  out["other_requests"] = criteria.other_requests;
  out["other_rows"] = criteria.other_rows;
  out["never_asked"] = criteria.never_asked;
  out["closed_loop"] = criteria.closed_loop;
  if (criteria.other_protocol) out["other_protocol"] = true;
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::criteria_schema, kFile);
  return text;
}

Criteria criteria_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::criteria_schema, source_name);
  try {
    return read_document(json::parse(text));
  } catch (const json::exception& error) {
    throw FileProblems({{source_name, "", error.what()}});
  }
}

std::optional<Criteria> read_criteria(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kFile;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return std::nullopt;
  return criteria_from_json(read_whole_file(file), file.string());
}

void write_criteria(const std::filesystem::path& folder, const Criteria& criteria) {
  write_whole_file(folder / kFile, criteria_to_json(criteria));
}

}  // namespace tare
