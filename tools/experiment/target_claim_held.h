// What a claim holds on to until it ends. Only for target_claim's own files.
// Level: experiment. One thread.
#pragma once

#include <memory>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "tools/experiment/target_claim.h"

namespace tare {

struct TargetClaim::Held {
  std::unique_ptr<PostgresControl> postgres;  // its session holds the lock
  std::unique_ptr<RedisControl> redis;
  std::string redis_owner;   // what our lock says; empty: we have none
  std::string keys_to_note;  // empty: they are noted, or there is no target's Redis

  ~Held();
};

struct Replacement {
  std::string before, after;
};

// Takes the place of a value, unless it has become another one or has gone: whether it has. In one
// step, so that of two tares that find a dead one's lock only one gets it.
bool replace_value(RedisControl& redis, const std::string& key, const Replacement& values);

}  // namespace tare
