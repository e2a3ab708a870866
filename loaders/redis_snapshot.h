// Fresh state for Redis: every key as it was, with the time it had left to live. (An RDB file keeps
// the moment of expiry instead, so that restoring it later loses keys.)
// Level: loaders. Values; not changed after taking.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/drivers/redis_control.h"

namespace tare {

struct RedisSnapshotKey {
  std::string name;
  std::string dump;    // as DUMP writes it: version and checksum inside
  int64_t ttl_ms = 0;  // left when the key was read; 0: lives for ever
};

struct RedisSnapshot {
  std::vector<RedisSnapshotKey> keys;  // in order of name
  int64_t bytes = 0;                   // of names and dumps
};

inline constexpr int64_t kRedisSnapshotLimit = int64_t(1) << 30;

// Reads every key that matches one of the patterns by SCAN, DUMP and PTTL; keys that expire
// meanwhile are left out. Throws UsageError when it grows over `byte_limit`, Interrupted on a stop,
// and as RedisControl.
RedisSnapshot take_snapshot(RedisControl& redis, const std::vector<std::string>& patterns,
                            std::stop_token stop, int64_t byte_limit = kRedisSnapshotLimit);

// Writes every key again; its life counts from now. Keys of other names stay: start from an empty
// server. Errors as take_snapshot.
void restore_snapshot(RedisControl& redis, const RedisSnapshot& snapshot, std::stop_token stop);

}  // namespace tare
