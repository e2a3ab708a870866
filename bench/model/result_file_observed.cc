#include "bench/model/result_file_observed.h"

#include <nlohmann/json.hpp>

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <typename Value>
void write_if(ordered_json& out, const char* name, const std::optional<Value>& value) {
  if (value) out[name] = *value;
}

template <typename Value>
void read_if(const json& value, const char* name, std::optional<Value>& into) {
  if (const auto found = value.find(name); found != value.end()) into = found->get<Value>();
}

ordered_json written(const PostgresObserved& postgres) {
  ordered_json out;
  write_if(out, "cpu_ns", postgres.cpu_ns);
  write_if(out, "wal_bytes", postgres.wal_bytes);
  out["checkpoints_started"] = postgres.checkpoints_started;
  out["checkpoints_finished"] = postgres.checkpoints_finished;
  out["autovacuums"] = postgres.autovacuums;
  out["autoanalyzes"] = postgres.autoanalyzes;
  out["autovacuum_workers"] = postgres.autovacuum_workers;
  out["deadlocks"] = postgres.deadlocks;
  out["temp_bytes"] = postgres.temp_bytes;
  out["restarts"] = postgres.restarts;
  return out;
}

ordered_json written(const RedisObserved& redis) {
  ordered_json out;
  write_if(out, "cpu_ns", redis.cpu_ns);
  out["commands"] = redis.commands;
  out["net_input_bytes"] = redis.net_input_bytes;
  out["net_output_bytes"] = redis.net_output_bytes;
  out["evicted_keys"] = redis.evicted_keys;
  out["expired_keys"] = redis.expired_keys;
  out["background_saves"] = redis.background_saves;
  out["aof_rewrites"] = redis.aof_rewrites;
  out["restarts"] = redis.restarts;
  return out;
}

PostgresObserved read_postgres(const json& value) {
  PostgresObserved out;
  read_if(value, "cpu_ns", out.cpu_ns);
  read_if(value, "wal_bytes", out.wal_bytes);
  value.at("checkpoints_started").get_to(out.checkpoints_started);
  value.at("checkpoints_finished").get_to(out.checkpoints_finished);
  value.at("autovacuums").get_to(out.autovacuums);
  value.at("autoanalyzes").get_to(out.autoanalyzes);
  value.at("autovacuum_workers").get_to(out.autovacuum_workers);
  value.at("deadlocks").get_to(out.deadlocks);
  value.at("temp_bytes").get_to(out.temp_bytes);
  value.at("restarts").get_to(out.restarts);
  return out;
}

RedisObserved read_redis(const json& value) {
  RedisObserved out;
  read_if(value, "cpu_ns", out.cpu_ns);
  value.at("commands").get_to(out.commands);
  value.at("net_input_bytes").get_to(out.net_input_bytes);
  value.at("net_output_bytes").get_to(out.net_output_bytes);
  value.at("evicted_keys").get_to(out.evicted_keys);
  value.at("expired_keys").get_to(out.expired_keys);
  value.at("background_saves").get_to(out.background_saves);
  value.at("aof_rewrites").get_to(out.aof_rewrites);
  value.at("restarts").get_to(out.restarts);
  return out;
}

}  // namespace

std::string observed_to_json(const Observed& observed) {
  ordered_json out;
  out["seconds"] = observed.seconds;
  write_if(out, "steal_share", observed.steal_share);
  write_if(out, "throttled_s", observed.throttled_s);
  out["busiest_worker_cpu_share"] = observed.busiest_worker_cpu_share;
  if (observed.postgres) out["postgres"] = written(*observed.postgres);
  if (observed.redis) out["redis"] = written(*observed.redis);
  return out.dump();
}

Observed observed_from_json(std::string_view text) {
  const json value = json::parse(text);
  Observed observed;
  value.at("seconds").get_to(observed.seconds);
  read_if(value, "steal_share", observed.steal_share);
  read_if(value, "throttled_s", observed.throttled_s);
  value.at("busiest_worker_cpu_share").get_to(observed.busiest_worker_cpu_share);
  if (const auto found = value.find("postgres"); found != value.end()) {
    observed.postgres = read_postgres(*found);
  }
  if (const auto found = value.find("redis"); found != value.end()) {
    observed.redis = read_redis(*found);
  }
  return observed;
}

}  // namespace tare
