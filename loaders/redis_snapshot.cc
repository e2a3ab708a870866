#include "loaders/redis_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tare {

namespace {

constexpr size_t kKeysPerBatch = 1'000;

// The life left comes first, so that it is never longer than when the value was read.
void read_keys(RedisControl& redis, const std::vector<std::string>& names,
               RedisSnapshot& snapshot) {
  std::vector<RedisCommand> commands;
  for (const std::string& name : names) {
    commands.push_back({"PTTL", name});
    commands.push_back({"DUMP", name});
  }
  std::vector<RedisValue> replies = redis.pipeline(commands);
  for (size_t i = 0; i < names.size(); ++i) {
    const int64_t ttl_ms = replies[2 * i].integer;  // -1: for ever, -2: gone
    RedisValue& dump = replies[2 * i + 1];
    if (ttl_ms == -2 || dump.type == RedisValue::Type::nil) continue;
    snapshot.bytes += int64_t(names[i].size() + dump.text.size());
    snapshot.keys.push_back({.name = names[i],
                             .dump = std::move(dump.text),
                             .ttl_ms = ttl_ms < 0 ? 0 : std::max<int64_t>(ttl_ms, 1)});
  }
}

}  // namespace

RedisSnapshot take_snapshot(RedisControl& redis, const std::vector<std::string>& patterns,
                            std::stop_token stop, int64_t byte_limit) {
  RedisSnapshot snapshot;
  const auto visit = [&](const std::vector<std::string>& names) {
    read_keys(redis, names, snapshot);
    if (snapshot.bytes <= byte_limit) return;
    throw UsageError(fmt::format(
        "the keys in Redis take more than the {} bytes that a snapshot may hold; make the data set "
        "or the ttl of its cache rules smaller",
        byte_limit));
  };
  for (const std::string& pattern : patterns) redis.scan(pattern, visit, stop);
  std::vector<RedisSnapshotKey>& keys = snapshot.keys;
  std::sort(keys.begin(), keys.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  const auto same = [](const auto& left, const auto& right) { return left.name == right.name; };
  keys.erase(std::unique(keys.begin(), keys.end(), same), keys.end());
  snapshot.bytes = 0;
  for (const RedisSnapshotKey& key : keys) {
    snapshot.bytes += int64_t(key.name.size() + key.dump.size());
  }
  return snapshot;
}

void restore_snapshot(RedisControl& redis, const RedisSnapshot& snapshot, std::stop_token stop) {
  std::vector<RedisCommand> commands;
  for (size_t i = 0; i < snapshot.keys.size(); ++i) {
    const RedisSnapshotKey& key = snapshot.keys[i];
    commands.push_back({"RESTORE", key.name, std::to_string(key.ttl_ms), key.dump, "REPLACE"});
    if (commands.size() == kKeysPerBatch || i + 1 == snapshot.keys.size()) {
      if (stop.stop_requested()) throw Interrupted();
      redis.pipeline(commands);
      commands.clear();
    }
  }
}

}  // namespace tare
