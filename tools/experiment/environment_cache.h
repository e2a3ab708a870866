// Redis and what it holds before the load, as groups of the environment.
// Level: experiment. Asks the server; no state.
#pragma once

#include <string>
#include <vector>

#include "bench/drivers/redis_control.h"
#include "bench/model/environment_groups.h"

namespace tare {

struct CacheStateOf {
  std::string start;  // how the trial began: "warm, servers restarted"
  std::vector<std::string> key_patterns;
};

// "redis": its build and role (version and settings are in the Environment); "cache": how many keys
// there are, and of each pattern, where a look at all of them takes some milliseconds.
EnvironmentGroups read_cache_groups(RedisControl& redis, const CacheStateOf& of);

}  // namespace tare
