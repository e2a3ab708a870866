// What Redis counts: INFO's commandstats, stats, persistence, cpu and memory, and LATENCY
// HISTOGRAM. Level: drivers. Functions on a connection; what Redis refuses becomes words, not an
// error, but for ServerError.
#pragma once

#include <map>
#include <string>

#include "bench/drivers/counter_look.h"
#include "bench/drivers/redis_control.h"

namespace tare {

struct RedisLook {
  CounterLook commands, server;
  std::map<std::string, CounterLook::Value> levels;  // memory and files as they stand
  // Calls by execution time: how many took at most so many microseconds, all faster ones too.
  std::map<std::string, std::map<int64_t, int64_t>> latencies;
  std::string latencies_missing;
};

// Two commands of its own, INFO and LATENCY, which are left out of what they answer.
RedisLook look_at_redis(RedisControl& redis);

// Adds two sources ("redis commands", "redis"), the levels and the latencies.
void add_redis(const RedisLook& before, const RedisLook& after, ServerCounters& counters);

}  // namespace tare
