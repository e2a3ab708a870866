// The "load", "limits" and "margins" of a scenario.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bench/model/metric.h"
#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"

namespace tare {
namespace {

constexpr double kMostRequests = 1e9;  // of a run

Nanoseconds seconds_in(const JsonValue& value, std::string_view name, double fallback) {
  const double seconds = std::clamp(number_in(value, name, fallback), 0.0, 86'400.0);
  return std::chrono::round<Nanoseconds>(std::chrono::duration<double>(seconds));
}

std::vector<double> read_mix(const JsonValue& document, const JsonValue& load,
                             const std::vector<Operation>& operations, ProblemList& problems) {
  const JsonValue& mix = object_in(load, "mix");
  const std::vector<std::string> names = names_of(operations);
  const bool judge = load.find("mix") && mix.is(JsonKind::object) && problems.sound_at(mix) &&
                     problems.certain(document, "operations");
  std::vector<std::string> slips;  // operations that the author named, wrongly
  for (size_t i = 0; judge && i < mix.names.size(); ++i) {
    const std::string& name = mix.names[i];
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    problems.add(mix, mix.items[i],
                 fmt::format("there is no operation \"{}\"{}", name, suggestion(name, names)));
    if (const auto near = near_miss(name, names)) slips.push_back(*near);
  }
  std::vector<double> weights;
  for (const std::string& name : names) {
    weights.push_back(number_in(mix, name, 0));
    const bool slipped = std::find(slips.begin(), slips.end(), name) != slips.end();
    if (judge && !mix.find(name) && !slipped) {
      problems.add(mix,
                   fmt::format("operation \"{}\" has no weight; give it one, 0 for never", name));
    }
  }
  if (judge && problems.sound(mix) && std::accumulate(weights.begin(), weights.end(), 0.0) <= 0) {
    problems.add(mix, "all weights are 0; give at least one operation a weight above 0");
  }
  return weights;
}

void check_connections(const JsonValue& load, const Load& read, ProblemList& problems) {
  const JsonValue& connections = object_in(load, "connections");
  const auto check = [&](const char* name, int count) {
    if (count >= read.workers || !problems.sound(load)) return;
    const JsonValue* given = connections.find(name);
    problems.add(given ? *given : load,
                 fmt::format("{} {} connections cannot be shared out to {} workers; give each "
                             "worker at least one",
                             count, name, read.workers));
  };
  check("postgres", read.postgres_connections);
  check("redis", read.redis_connections);
}

}  // namespace

Load read_load(const JsonValue& document, const std::vector<Operation>& operations,
               const std::filesystem::path& file, ProblemList& problems) {
  const JsonValue& value = object_in(document, "load");
  Load load;
  load.mix = read_mix(document, value, operations, problems);
  load.cache_start = text_in(value, "cache_start") == "cold" ? CacheStart::cold : CacheStart::warm;
  load.warmup = seconds_in(value, "warmup_s", 0);
  load.measure = seconds_in(value, "measure_s", 0);
  load.arrivals = read_arrivals(value, load, file, problems);
  load.timeout = std::chrono::milliseconds(integer_in(value, "timeout_ms", 10'000));
  load.max_queued = integer_in(value, "max_queued", load.max_queued);
  const JsonValue& connections = object_in(value, "connections");
  load.postgres_connections = int(integer_in(connections, "postgres", load.postgres_connections));
  load.redis_connections = int(integer_in(connections, "redis", load.redis_connections));
  load.workers = int(integer_in(value, "workers", load.workers));
  check_connections(value, load, problems);

  const double length_s = std::chrono::duration<double>(load.warmup + load.measure).count();
  double highest = 1;
  for (const RatePoint& point : load.arrivals.shape) highest = std::max(highest, point.factor);
  const double requests = load.arrivals.rate_per_s * highest * length_s;
  if (problems.sound(value) && requests > kMostRequests) {
    problems.add(value, fmt::format("asks for {:.3g} requests; at most 1e9: lower rate_per_s or "
                                    "measure_s",
                                    requests));
  }
  return load;
}

std::vector<Limit> read_limits(const JsonValue& document, ProblemList& problems) {
  std::vector<Limit> limits;
  const JsonValue& values = object_in(document, "limits");
  const JsonValue& operations = object_in(document, "operations");
  for (size_t i = 0; i < values.names.size(); ++i) {
    const JsonValue& value = values.items[i];
    Limit limit{values.names[i], {}, {}};
    if (value.find("response_time_p99_ms")) {
      limit.response_time_p99_ms = number_in(value, "response_time_p99_ms", 0);
    }
    if (value.find("error_rate")) limit.error_rate = number_in(value, "error_rate", 0);
    if (problems.certain(document, "operations") && !operations.find(limit.operation)) {
      problems.add(values, value,
                   fmt::format("there is no operation \"{}\"{}", limit.operation,
                               suggestion(limit.operation, operations.names)));
    }
    limits.push_back(std::move(limit));
  }
  return limits;
}

std::map<std::string, double> read_margins(const JsonValue& document, ProblemList& problems) {
  std::map<std::string, double> margins;
  const JsonValue& values = object_in(document, "margins");
  const std::vector<std::string> known(std::begin(kMetricNames), std::end(kMetricNames));
  for (size_t i = 0; i < values.names.size(); ++i) {
    const std::string& name = values.names[i];
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      problems.add(values, values.items[i],
                   fmt::format("there is no metric \"{}\"{}", name, suggestion(name, known)));
    }
    margins[name] = number_in(values, name, 0);
  }
  return margins;
}

}  // namespace tare
