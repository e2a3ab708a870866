// The cache rules held against what a run did: which keys stand in Redis, with what ttl and size,
// whose they are, and what was asked of each rule.
// Level: experiment. Reads Redis after the window, when lookups of its own disturb nothing.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "bench/drivers/redis_control.h"
#include "bench/engine/traffic.h"
#include "bench/model/cache_review.h"
#include "bench/model/scenario.h"

namespace tare {

struct CacheCounters {
  int64_t hits = 0, misses = 0;
};

// INFO's keyspace hits and misses since the server started.
CacheCounters read_cache_counters(RedisControl& redis);

struct CacheEvidence {
  std::vector<CacheLookups> lookups;  // of LoadStats
  CacheCounters before;               // when the load began ...
  CacheCounters after;                // ... and when it had ended
  uint64_t requests = 0;              // asked, warm-up too
};

// Looks through the keys that match one of `patterns` for at most 5 s, and at 1,000 of each rule.
// Throws ServerError, Interrupted.
CacheReview review_cache(RedisControl& redis, const Scenario& scenario, const Traffic& traffic,
                         const CacheEvidence& evidence, const std::vector<std::string>& patterns,
                         std::stop_token stop);

// What an author must know of one example key.
struct ExampleSeen {
  int64_t asked = 0;  // requests that asked for it, the cache not bypassed
  std::string type;   // Redis' word; "none": not there
};

// What is not as the rules say, each with what to do. A pure function; `examples` by key.
std::vector<std::string> cache_findings(const CacheReview& review, const Scenario& scenario,
                                        const std::map<std::string, ExampleSeen>& examples);

}  // namespace tare
