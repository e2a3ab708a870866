#include "bench/drivers/redis_counters.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace tare {
namespace {

using Fields = std::map<std::string, std::string>;

// Fields of INFO that only rise; what a version does not have is left out. tare's own looks move
// none of them.
struct Counter {
  const char* field;
  const char* name;
  const char* unit;
  double factor;
};
constexpr Counter kCounters[] = {
    {"keyspace_hits", "keyspace_hits", "count", 1},
    {"keyspace_misses", "keyspace_misses", "count", 1},
    {"expired_keys", "expired_keys", "count", 1},
    {"expired_time_cap_reached_count", "expire_cycles_cut_off", "count", 1},
    {"expire_cycle_cpu_milliseconds", "expire_cycle_cpu", "ns", 1e6},
    {"evicted_keys", "evicted_keys", "count", 1},
    {"evicted_clients", "evicted_clients", "count", 1},
    {"total_eviction_exceeded_time", "eviction_exceeded_time", "ns", 1e6},
    {"total_forks", "forks", "count", 1},
    {"total_error_replies", "error_replies", "count", 1},
    {"rejected_connections", "rejected_connections", "count", 1},
    {"total_connections_received", "connections", "count", 1},
    {"active_defrag_hits", "defrag_hits", "count", 1},
    {"total_active_defrag_time", "defrag_time", "ns", 1e6},
    {"lazyfreed_objects", "lazyfreed_objects", "count", 1},
    {"eventloop_duration_sum", "eventloop_time", "ns", 1e3},
    {"eventloop_duration_cmd_sum", "eventloop_command_time", "ns", 1e3},
    {"client_query_buffer_limit_disconnections", "query_buffer_disconnections", "count", 1},
    {"client_output_buffer_limit_disconnections", "output_buffer_disconnections", "count", 1},
    {"used_cpu_user", "cpu_user", "ns", 1e9},
    {"used_cpu_sys", "cpu_system", "ns", 1e9},
    {"used_cpu_user_children", "cpu_user_children", "ns", 1e9},
    {"used_cpu_sys_children", "cpu_system_children", "ns", 1e9},
    {"rdb_saves", "saves", "count", 1},
    {"aof_rewrites", "aof_rewrites", "count", 1},
    {"aof_delayed_fsync", "aof_delayed_fsyncs", "count", 1}};

constexpr const char* kLevels[] = {
    "used_memory",      "used_memory_rss",    "used_memory_dataset",
    "used_memory_peak", "mem_clients_normal", "mem_fragmentation_bytes",
    "aof_current_size", "rdb_last_cow_size",  "aof_last_cow_size"};

constexpr const char* kBeganAnew = "Redis began anew between the looks";

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> number(const Fields& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::nullopt : number(found->second);
}

bool is_own(const std::string& command) {
  return command == "info" || command.starts_with("latency");
}

// "calls=12,usec=34,usec_per_call=2.83,rejected_calls=0,failed_calls=0", since 6.2 the last two.
void read_command(const std::string& command, std::string_view text, CounterLook& look) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = part.substr(0, equals);
    const std::optional<double> value = number(part.substr(equals + 1));
    if (!value) continue;
    if (name == "usec") {
      look.values[{command, "time"}] = {"ns", int64_t(*value) * 1000};
    } else if (name == "calls" || name == "rejected_calls" || name == "failed_calls") {
      look.values[{command, std::string(name)}] = {"count", int64_t(*value)};
    }
  }
}

void read_info(const Fields& info, RedisLook& look) {
  for (const auto& [field, text] : info) {
    constexpr std::string_view kCommand = "cmdstat_";
    if (!field.starts_with(kCommand)) continue;
    const std::string command = field.substr(kCommand.size());
    if (!is_own(command)) read_command(command, text, look.commands);
  }
  for (const Counter& counter : kCounters) {
    const auto value = number(info, counter.field);
    if (!value) continue;
    look.server.values[{"", counter.name}] = {counter.unit, std::llround(*value * counter.factor)};
  }
  for (const char* level : kLevels) {
    if (const auto value = number(info, level)) look.levels[level] = {"bytes", int64_t(*value)};
  }
  const auto run = info.find("run_id");
  const std::string id = run == info.end() ? "" : run->second;
  look.commands.same[kBeganAnew] = look.server.same[kBeganAnew] = id;
}

// [command, [calls, 12, histogram_usec, [1, 5, 2, 12]], command, ...]
void read_latencies(const RedisValue& reply, RedisLook& look) {
  for (size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    const std::string& command = reply.elements[i].text;
    if (is_own(command)) continue;
    const auto& facts = reply.elements[i + 1].elements;
    for (size_t j = 0; j + 1 < facts.size(); j += 2) {
      if (facts[j].text != "histogram_usec") continue;
      const auto& buckets = facts[j + 1].elements;
      for (size_t k = 0; k + 1 < buckets.size(); k += 2) {
        look.latencies[command][buckets[k].integer] = buckets[k + 1].integer;
      }
    }
  }
}

std::string refused(const RedisError& error, const char* command, const char* grant) {
  if (error.message().starts_with("NOPERM")) {
    return fmt::format("Redis does not allow {}: ACL SETUSER ... {}", command, grant);
  }
  return fmt::format("Redis refuses {}: {}", command, error.message());
}

void ask_latencies(RedisControl& redis, const Fields& info, RedisLook& look) {
  const auto version = info.find("redis_version");
  if (version != info.end() && number(version->second.substr(0, version->second.find('.'))) < 7) {
    look.latencies_missing =
        fmt::format("LATENCY HISTOGRAM came with Redis 7.0; this is {}", version->second);
    return;
  }
  try {
    read_latencies(redis.command({"LATENCY", "HISTOGRAM"}), look);
    if (look.latencies.empty()) {
      look.latencies_missing = "LATENCY HISTOGRAM is empty: CONFIG SET latency-tracking yes";
    }
  } catch (const RedisError& error) {
    look.latencies_missing = refused(error, "LATENCY HISTOGRAM", "+latency|histogram");
  }
}

// A bucket without calls of its own is left out of the answer, so it holds what the one before it
// does. nullopt: the counts fell.
std::optional<CommandLatency> between(const std::string& command,
                                      const std::map<int64_t, int64_t>& before,
                                      const std::map<int64_t, int64_t>& after) {
  const auto up_to = [](const std::map<int64_t, int64_t>& counts, int64_t limit) {
    const auto above = counts.upper_bound(limit);
    return above == counts.begin() ? 0 : std::prev(above)->second;
  };
  CommandLatency latency{command, {}};
  int64_t below = 0;
  for (const auto& [limit, count] : after) {
    const int64_t upto = count - up_to(before, limit);
    if (upto < below) return std::nullopt;
    if (upto > below) latency.buckets.push_back({limit, upto - below});
    below = upto;
  }
  return latency;
}

void add_latencies(const RedisLook& before, const RedisLook& after, ServerCounters& counters) {
  // Empty before: nothing had been asked yet.
  counters.latencies_missing = after.latencies_missing;
  if (!counters.latencies_missing.empty()) return;
  for (const auto& [command, buckets] : after.latencies) {
    const auto found = before.latencies.find(command);
    const auto latency = between(
        command, found == before.latencies.end() ? std::map<int64_t, int64_t>() : found->second,
        buckets);
    if (!latency) {
      counters.latencies.clear();
      counters.latencies_missing =
          "void: the histograms fell between the looks, so somebody reset them (tare never does)";
      return;
    }
    if (!latency->buckets.empty()) counters.latencies.push_back(*latency);
  }
}

}  // namespace

RedisLook look_at_redis(RedisControl& redis) {
  RedisLook look;
  look.commands.view = "INFO commandstats";
  look.server.view = "INFO";
  Fields info;
  try {
    info = redis.info("all");
    read_info(info, look);
  } catch (const RedisError& error) {
    look.commands.missing = look.server.missing = refused(error, "INFO", "+info");
  }
  ask_latencies(redis, info, look);
  return look;
}

void add_redis(const RedisLook& before, const RedisLook& after, ServerCounters& counters) {
  CounterSource server =
      counters_between("redis", CounterSpan::window, before.server, after.server);
  CounterSource commands =
      counters_between("redis commands", CounterSpan::window, before.commands, after.commands);
  // CONFIG RESETSTAT clears all of them, and some may have caught up since.
  if (commands.missing.empty() && !server.missing.empty()) {
    commands.values.clear();
    commands.missing = server.missing;
  }
  const bool anew = !commands.missing.empty();
  counters.sources.push_back(std::move(server));
  counters.sources.push_back(std::move(commands));
  for (const auto& [name, now] : after.levels) {
    const auto found = before.levels.find(name);
    if (found != before.levels.end()) {
      counters.levels.push_back({"redis", name, now.unit, found->second.value, now.value});
    }
  }
  add_latencies(before, after, counters);
  if (anew && !counters.latencies.empty()) {
    counters.latencies.clear();
    counters.latencies_missing = counters.sources.back().missing;
  }
}

}  // namespace tare
