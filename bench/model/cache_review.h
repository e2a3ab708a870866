// What a run showed of the cache: what was asked of each rule, and what stands in Redis afterwards.
// Level: model. Plain values, part of a Result.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tare {

// By readers, in warm-up and window.
struct CacheLookups {
  int64_t gets = 0, hits = 0;
  int64_t bypassed = 0;  // requests that left the cache out
  int64_t stored = 0;

  friend bool operator==(const CacheLookups&, const CacheLookups&) = default;
};

// Keys that belong together: those of a rule, or of none.
struct CachedKeys {
  int64_t keys = 0;       // seen
  int64_t looked_at = 0;  // of these; the rest of the fields is about them
  int64_t without_ttl = 0;
  double longest_ttl_s = 0;              // remaining
  int64_t bytes_p50 = 0, bytes_max = 0;  // of string values
  std::string example;                   // one without a ttl, else any

  friend bool operator==(const CachedKeys&, const CachedKeys&) = default;
};

struct CacheRuleReview {
  CacheLookups lookups;
  CachedKeys keys;

  friend bool operator==(const CacheRuleReview&, const CacheRuleReview&) = default;
};

struct CacheReview {
  std::map<std::string, CacheRuleReview> rules;  // by name
  CachedKeys others;                             // keys that neither a rule nor other_keys knows
  int64_t declared_others = 0;                   // keys that other_keys knows
  bool complete = true;                    // false: there were more keys than were looked through
  int64_t info_hits = 0, info_misses = 0;  // Redis' own counters over the same time
  std::vector<std::string> findings;       // each says what to do next

  friend bool operator==(const CacheReview&, const CacheReview&) = default;
};

}  // namespace tare
