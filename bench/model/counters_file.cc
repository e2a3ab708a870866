#include "bench/model/counters_file.h"

#include <nlohmann/json.hpp>

#include "bench/model/result_file_schema.h"
#include "embedded/counters_schema.h"

namespace tare {
namespace {

using nlohmann::ordered_json;

ordered_json written(const CounterSource& source) {
  ordered_json out;
  out["name"] = source.name;
  out["view"] = source.view;
  out["covers"] = source.covers == CounterSpan::window ? "window" : "load";
  if (!source.missing.empty()) out["missing"] = source.missing;
  out["values"] = ordered_json::array();
  for (const CounterValue& value : source.values) {
    ordered_json& each = out["values"].emplace_back();
    if (!value.object.empty()) each["object"] = value.object;
    each["name"] = value.name;
    each["unit"] = value.unit;
    each["value"] = value.value;
  }
  return out;
}

ordered_json written(const CommandLatency& latency) {
  ordered_json buckets = ordered_json::array();
  for (const CommandLatency::Bucket& bucket : latency.buckets) {
    buckets.push_back({bucket.up_to_us, bucket.calls});
  }
  return {{"command", latency.command}, {"up_to_us_and_calls", std::move(buckets)}};
}

ordered_json written(const WaitProfile& waits) {
  ordered_json out{{"every_s", waits.every_s}, {"looks", waits.looks}};
  if (!waits.missing.empty()) out["missing"] = waits.missing;
  out["counts"] = ordered_json::array();
  for (const WaitProfile::Count& count : waits.counts) {
    out["counts"].push_back(
        {{"statement", count.statement}, {"event", count.event}, {"samples", count.samples}});
  }
  return out;
}

CounterSource read_source(const ordered_json& value) {
  CounterSource source;
  value.at("name").get_to(source.name);
  value.at("view").get_to(source.view);
  source.covers = value.at("covers") == "window" ? CounterSpan::window : CounterSpan::load;
  source.missing = value.value("missing", "");
  for (const ordered_json& each : value.at("values")) {
    source.values.push_back({each.value("object", ""), each.at("name").get<std::string>(),
                             each.at("unit").get<std::string>(), each.at("value").get<int64_t>()});
  }
  return source;
}

CommandLatency read_latency(const ordered_json& value) {
  CommandLatency latency;
  value.at("command").get_to(latency.command);
  for (const ordered_json& bucket : value.at("up_to_us_and_calls")) {
    latency.buckets.push_back({bucket.at(0).get<int64_t>(), bucket.at(1).get<int64_t>()});
  }
  return latency;
}

WaitProfile read_waits(const ordered_json& value) {
  WaitProfile waits;
  value.at("every_s").get_to(waits.every_s);
  value.at("looks").get_to(waits.looks);
  waits.missing = value.value("missing", "");
  for (const ordered_json& each : value.at("counts")) {
    waits.counts.push_back({each.at("statement").get<std::string>(),
                            each.at("event").get<std::string>(),
                            each.at("samples").get<int64_t>()});
  }
  return waits;
}

}  // namespace

std::string counters_to_json(const ServerCounters& counters) {
  ordered_json out;
  out["schema_version"] = 1;
  out["window_requests"] = counters.window_requests;
  out["load_requests"] = counters.load_requests;
  out["sources"] = ordered_json::array();
  for (const CounterSource& source : counters.sources) out["sources"].push_back(written(source));
  out["levels"] = ordered_json::array();
  for (const CounterLevel& level : counters.levels) {
    out["levels"].push_back({{"source", level.source},
                             {"name", level.name},
                             {"unit", level.unit},
                             {"start", level.start},
                             {"end", level.end}});
  }
  out["latencies"] = ordered_json::array();
  for (const CommandLatency& latency : counters.latencies) {
    out["latencies"].push_back(written(latency));
  }
  if (!counters.latencies_missing.empty()) out["latencies_missing"] = counters.latencies_missing;
  out["waits"] = written(counters.waits);
  std::string text = out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::counters_schema, "counters.json");
  return text;
}

ServerCounters counters_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::counters_schema, source_name);
  const ordered_json document = ordered_json::parse(text);
  ServerCounters counters;
  document.at("window_requests").get_to(counters.window_requests);
  document.at("load_requests").get_to(counters.load_requests);
  for (const auto& value : document.at("sources")) counters.sources.push_back(read_source(value));
  for (const auto& value : document.at("levels")) {
    counters.levels.push_back({value.at("source").get<std::string>(),
                               value.at("name").get<std::string>(),
                               value.at("unit").get<std::string>(),
                               value.at("start").get<int64_t>(), value.at("end").get<int64_t>()});
  }
  for (const auto& value : document.at("latencies")) {
    counters.latencies.push_back(read_latency(value));
  }
  counters.latencies_missing = document.value("latencies_missing", "");
  counters.waits = read_waits(document.at("waits"));
  return counters;
}

}  // namespace tare
