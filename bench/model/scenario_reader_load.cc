// The "load", "limits" and "margins" of a scenario.
#include <fmt/format.h>

#include <algorithm>

#include "bench/model/metric.h"
#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"

namespace tare {
namespace {

constexpr double kMostRequests = 1e9;  // of a run
constexpr int kMostConnections = 1000;

Nanoseconds seconds_in(const JsonValue& value, std::string_view name, double fallback) {
  const double seconds = std::clamp(number_in(value, name, fallback), 0.0, 86'400.0);
  return std::chrono::round<Nanoseconds>(std::chrono::duration<double>(seconds));
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

void check_closed_loop(const JsonValue& load, const Load& read, ProblemList& problems) {
  if (read.arrivals.kind != ArrivalKind::closed || !problems.sound(load)) return;
  const ClosedLoop& closed = read.arrivals.closed;
  const JsonValue& arrivals = *load.find("arrivals");
  if (closed.clients < read.workers) {
    problems.add(arrivals, fmt::format("{} clients cannot be shared out to {} workers",
                                       closed.clients, read.workers));
  }
  if (int64_t(closed.clients) * closed.pipeline > read.max_queued) {
    problems.add(arrivals, fmt::format("{} clients with {} requests each have more under way than "
                                       "max_queued, {}",
                                       closed.clients, closed.pipeline, read.max_queued));
  }
}

bool is_wanted(const JsonValue& load, const char* name) {
  const JsonValue* wanted = load.find(name);
  return wanted == nullptr || !wanted->is(JsonKind::boolean) || wanted->boolean;
}

}  // namespace

Load read_load(const JsonValue& document, const std::vector<Operation>& operations,
               const std::filesystem::path& file, ProblemList& problems) {
  const JsonValue& value = object_in(document, "load");
  Load load;
  load.mix = read_mix(value, document, operations, problems);
  load.cache_start = text_in(value, "cache_start") == "cold" ? CacheStart::cold : CacheStart::warm;
  load.warmup = seconds_in(value, "warmup_s", 0);
  load.measure = seconds_in(value, "measure_s", 0);
  load.arrivals = read_arrivals(value, load, file, problems);
  load.phases = read_phases(document, load, operations, problems);
  load.jobs = read_jobs(document, load, operations, problems);
  load.timeout = std::chrono::milliseconds(integer_in(value, "timeout_ms", 10'000));
  load.max_queued = integer_in(value, "max_queued", load.max_queued);
  if (load.arrivals.kind == ArrivalKind::closed) {  // as other tools have it: one for each client
    load.postgres_connections = load.redis_connections =
        std::min(load.arrivals.closed.clients, kMostConnections);
  }
  const JsonValue& connections = object_in(value, "connections");
  load.postgres_connections = int(integer_in(connections, "postgres", load.postgres_connections));
  load.redis_connections = int(integer_in(connections, "redis", load.redis_connections));
  load.workers = int(integer_in(value, "workers", load.workers));
  load.auto_explain = is_wanted(value, "auto_explain");
  load.sample_waits = is_wanted(value, "sample_waits");
  const std::string protocol = text_in(value, "protocol");
  const auto named = std::find(kProtocolNames.begin(), kProtocolNames.end(), protocol);
  if (named != kProtocolNames.end()) load.protocol = Protocol(named - kProtocolNames.begin());
  check_connections(value, load, problems);
  check_closed_loop(value, load, problems);

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

namespace {

// What a limit may be about: operations that readers ask, and "job import".
void check_limit(const JsonValue& values, const JsonValue& value, const Limit& limit,
                 const Load& load, const std::vector<Operation>& operations,
                 ProblemList& problems) {
  std::vector<std::string> names = names_of(operations);
  const auto found = size_t(std::find(names.begin(), names.end(), limit.operation) - names.begin());
  for (const Job& job : load.jobs) names.push_back("job " + job.name);
  const bool is_job = limit.operation.starts_with("job ");
  if (std::find(names.begin(), names.end(), limit.operation) == names.end()) {
    problems.add(values, value,
                 fmt::format("there is no operation \"{}\"{}", limit.operation,
                             suggestion(limit.operation, names)));
  } else if (is_job && limit.response_time_p99_ms) {
    problems.add(value, "a job has an error_rate, no response time");
  } else if (!is_job && load.mix[found] == 0 &&
             std::none_of(load.phases.begin(), load.phases.end(),
                          [found](const Phase& phase) { return phase.mix[found] > 0; })) {
    problems.add(values, value,
                 fmt::format("no reader asks for \"{}\": give it a weight in the mix, or limit the "
                             "job that carries it out (\"job NAME\")",
                             limit.operation));
  }
}

}  // namespace

std::vector<Limit> read_limits(const JsonValue& document, const Load& load,
                               const std::vector<Operation>& operations, ProblemList& problems) {
  std::vector<Limit> limits;
  const JsonValue& values = object_in(document, "limits");
  const bool judge = problems.certain(document, "operations") &&
                     problems.certain(document, "load") &&
                     problems.sound(object_in(document, "load"));
  for (size_t i = 0; i < values.names.size(); ++i) {
    const JsonValue& value = values.items[i];
    Limit limit{values.names[i], {}, {}};
    if (value.find("response_time_p99_ms")) {
      limit.response_time_p99_ms = number_in(value, "response_time_p99_ms", 0);
    }
    if (value.find("error_rate")) limit.error_rate = number_in(value, "error_rate", 0);
    if (judge) check_limit(values, value, limit, load, operations, problems);
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
