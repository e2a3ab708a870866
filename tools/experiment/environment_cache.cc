#include "tools/experiment/environment_cache.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <utility>

namespace tare {
namespace {

constexpr int64_t kMostKeysLookedAt = 20000;
constexpr int kMostScans = 40;

using Fields = std::map<std::string, std::string>;

std::string value_of(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "0" : found->second;
}

int64_t number_after(const std::string& text, const std::string& word) {
  const size_t at = text.find(word);
  return at == std::string::npos ? 0 : std::strtoll(&text[at + word.size()], nullptr, 10);
}

// "keys=12,expires=3,avg_ttl=0" of every database.
std::pair<int64_t, int64_t> keys_and_expiring(const Fields& keyspace) {
  int64_t keys = 0, expiring = 0;
  for (const auto& [name, text] : keyspace) {
    keys += number_after(text, "keys=");
    expiring += number_after(text, "expires=");
  }
  return {keys, expiring};
}

// What is before the first place holder of a glob-style pattern.
std::string beginning_of(const std::string& pattern) {
  return pattern.substr(0, pattern.find_first_of("*?[\\"));
}

// Each key counts where most of it is named.
void count_keys(RedisControl& redis, const std::vector<std::string>& patterns, Settings& details) {
  std::map<std::string, int64_t> counts;
  for (const std::string& pattern : patterns) counts[pattern] = 0;
  std::string cursor = "0";
  for (int scan = 0; scan < kMostScans; ++scan) {
    const RedisValue reply = redis.command({"SCAN", cursor, "COUNT", "1000"});
    if (reply.elements.size() != 2) return;
    for (const RedisValue& key : reply.elements[1].elements) {
      const std::string* best = nullptr;
      for (const std::string& pattern : patterns) {
        if (!key.text.starts_with(beginning_of(pattern))) continue;
        if (best == nullptr || beginning_of(pattern).size() > beginning_of(*best).size()) {
          best = &pattern;
        }
      }
      ++counts[best == nullptr ? "no pattern of the scenario" : *best];
    }
    cursor = reply.elements[0].text;
    if (cursor == "0") break;
  }
  for (const auto& [pattern, count] : counts) {
    details.emplace("keys of " + pattern, std::to_string(count));
  }
}

void read_build(RedisControl& redis, EnvironmentGroup& group) {
  const Fields server = redis.info("server"), memory = redis.info("memory"),
               replication = redis.info("replication");
  for (const char* name : {"redis_build_id", "redis_mode", "arch_bits", "multiplexing_api"}) {
    group.details.emplace(name, value_of(server, name));
  }
  group.details.emplace("allocator", value_of(memory, "mem_allocator"));
  group.details.emplace("role", value_of(replication, "role"));
  group.details.emplace("replicas", value_of(replication, "connected_slaves"));
  for (const auto& [name, text] : redis.info("modules")) {
    if (name.starts_with("module")) group.details.emplace("module " + text, "loaded");
  }
}

void read_state(RedisControl& redis, const CacheStateOf& of, EnvironmentGroup& group) {
  group.details.emplace("start", of.start);
  const auto [keys, expiring] = keys_and_expiring(redis.info("keyspace"));
  const Fields stats = redis.info("stats");
  // What other users of a target do to their keys is nobody's variable.
  const bool own = of.start.find("restarted") != std::string::npos;
  group.details.emplace(
      own ? "keys" : "keys of everyone",
      fmt::format("keys={} expiring={} expired={} evicted={}", keys, expiring,
                  value_of(stats, "expired_keys"), value_of(stats, "evicted_keys")));
  group.details.emplace("used memory", value_of(redis.info("memory"), "used_memory"));
  if (keys <= kMostKeysLookedAt) {
    count_keys(redis, of.key_patterns, group.details);
  } else {
    group.not_read = fmt::format("more than {} keys: not counted by pattern", kMostKeysLookedAt);
  }
}

// A target's user may not be allowed to ask.
template <typename Read>
EnvironmentGroup read_group(const Read& read) {
  EnvironmentGroup group;
  try {
    read(group);
  } catch (const RedisError& error) {
    group.not_read = error.message();
  }
  return group;
}

}  // namespace

EnvironmentGroups read_cache_groups(RedisControl& redis, const CacheStateOf& of) {
  EnvironmentGroups groups;
  groups["redis"] = read_group([&](EnvironmentGroup& group) { read_build(redis, group); });
  groups["cache"] = read_group([&](EnvironmentGroup& group) { read_state(redis, of, group); });
  return groups;
}

}  // namespace tare
