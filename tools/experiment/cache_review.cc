#include "tools/experiment/cache_review.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "bench/drivers/hit_check.h"
#include "bench/engine/schedule.h"
#include "bench/model/template_text.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongestLook{5};
constexpr size_t kLookedAt = 1000;             // keys of each rule
constexpr uint64_t kMostReplayed = 2'000'000;  // requests made again to count who asks for examples

int64_t number(const std::map<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  int64_t value = 0;
  if (found == fields.end()) return value;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

// A key text and whose it is.
struct Family {
  std::vector<TextPiece> pieces;
  size_t literal_length = 0;
};

Family family_of(const std::string& key) {
  Family family{split_template(key).pieces};
  for (const TextPiece& piece : family.pieces) family.literal_length += piece.literal.size();
  return family;
}

// Where more than one may have made the key, the one that says most of it has.
std::optional<size_t> whose(const std::string& key, const std::vector<Family>& families) {
  std::optional<size_t> best;
  for (size_t i = 0; i < families.size(); ++i) {
    if (!template_makes(families[i].pieces, key, {})) continue;
    if (!best || families[i].literal_length > families[*best].literal_length) best = i;
  }
  return best;
}

struct Seen {
  int64_t keys = 0;
  std::vector<std::string> some;  // kLookedAt at most
};

// Rules first, then other_keys, then what nobody knows.
struct Keyspace {
  std::vector<Seen> families;
  Seen unknown;
  bool complete = true;
};

Keyspace look_through(RedisControl& redis, const std::vector<Family>& families,
                      const std::string& pattern, Clock::time_point limit, std::stop_token stop,
                      Keyspace found) {
  std::string cursor = "0";
  do {
    if (stop.stop_requested()) throw Interrupted();
    const RedisValue reply = redis.command({"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"});
    if (reply.elements.size() != 2) throw ServerError("Redis gave SCAN an answer of unknown form");
    for (const RedisValue& key : reply.elements[1].elements) {
      const auto family = whose(key.text, families);
      Seen& seen = family ? found.families[*family] : found.unknown;
      ++seen.keys;
      if (seen.some.size() < kLookedAt) seen.some.push_back(key.text);
    }
    cursor = reply.elements[0].text;
  } while (cursor != "0" && Clock::now() < limit);
  found.complete = found.complete && cursor == "0";
  return found;
}

CachedKeys look_at(RedisControl& redis, const Seen& seen) {
  CachedKeys keys;
  keys.keys = seen.keys;
  std::vector<RedisCommand> questions;
  for (const std::string& key : seen.some) {
    questions.push_back({"PTTL", key});
    questions.push_back({"TYPE", key});
  }
  const std::vector<RedisValue> answers = redis.pipeline(questions);
  std::vector<RedisCommand> lengths;
  for (size_t i = 0; i < seen.some.size(); ++i) {
    const int64_t ttl_ms = answers[2 * i].integer;
    if (ttl_ms == -2) continue;  // gone meanwhile
    ++keys.looked_at;
    if (keys.example.empty() || (ttl_ms == -1 && keys.without_ttl == 0)) {
      keys.example = seen.some[i];
    }
    if (ttl_ms == -1) ++keys.without_ttl;
    keys.longest_ttl_s = std::max(keys.longest_ttl_s, double(ttl_ms) / 1000);
    if (answers[2 * i + 1].text == "string") lengths.push_back({"STRLEN", seen.some[i]});
  }
  std::vector<int64_t> bytes;
  for (const RedisValue& length : redis.pipeline(lengths)) bytes.push_back(length.integer);
  if (bytes.empty()) return keys;
  std::sort(bytes.begin(), bytes.end());
  keys.bytes_p50 = bytes[bytes.size() / 2];
  keys.bytes_max = bytes.back();
  return keys;
}

// The arrivals of the run once more.
class Replay {
 public:
  Replay(const Scenario& scenario, uint64_t requests)
      : schedule_(scenario.load.arrivals, scenario.seed,
                  scenario.load.warmup + scenario.load.measure, 0, 1),
        closed_(scenario.load.arrivals.kind == ArrivalKind::closed),
        left_(std::min(requests, kMostReplayed)) {}

  std::optional<Arrival> next() {
    if (left_ == 0) return std::nullopt;
    --left_;
    return closed_ ? Arrival{number_++, {}} : schedule_.next();
  }

 private:
  Schedule schedule_;
  bool closed_;
  uint64_t left_;
  uint64_t number_ = 0;
};

std::map<std::string, ExampleSeen> look_at_examples(RedisControl& redis, const Scenario& scenario,
                                                    const Traffic& traffic, uint64_t requests) {
  std::map<std::string, ExampleSeen> examples;
  for (const CacheRule& rule : scenario.cache_rules) {
    for (const auto* keys : {&rule.cached, &rule.not_cached}) {
      for (const std::string& key : *keys) {
        examples[key].type = redis.command({"TYPE", key}).text;
      }
    }
  }
  if (examples.empty()) return examples;
  Replay replay(scenario, requests);
  Request request;
  while (const auto arrival = replay.next()) {
    traffic.make(arrival->number, arrival->intended, request);
    for (const auto& step : traffic.operations()[request.operation].steps) {
      const auto* cached = std::get_if<CacheStep>(&step);
      if (!cached || (cached->bypass && request.values[*cached->bypass] == "1")) continue;
      const auto found =
          examples.find(render(traffic.redis_calls()[cached->get.index].arguments[1], request));
      if (found != examples.end()) ++found->second.asked;
    }
  }
  return examples;
}

}  // namespace

CacheCounters read_cache_counters(RedisControl& redis) {
  const auto stats = redis.info("stats");
  return {number(stats, "keyspace_hits"), number(stats, "keyspace_misses")};
}

CacheReview review_cache(RedisControl& redis, const Scenario& scenario, const Traffic& traffic,
                         const CacheEvidence& evidence, const std::vector<std::string>& patterns,
                         std::stop_token stop) {
  CacheReview review;
  review.info_hits = evidence.after.hits - evidence.before.hits;
  review.info_misses = evidence.after.misses - evidence.before.misses;
  std::vector<Family> families;
  for (const CacheRule& rule : scenario.cache_rules) families.push_back(family_of(rule.key));
  for (const OtherKeys& other : scenario.other_keys) families.push_back(family_of(other.key));
  Keyspace found;
  found.families.resize(families.size());
  const Clock::time_point limit = Clock::now() + kLongestLook;
  for (const std::string& pattern : patterns) {
    found = look_through(redis, families, pattern, limit, stop, std::move(found));
  }
  review.complete = found.complete;
  review.others = look_at(redis, found.unknown);
  for (size_t i = 0; i < families.size(); ++i) {
    if (i >= scenario.cache_rules.size()) {
      review.declared_others += found.families[i].keys;
      continue;
    }
    CacheRuleReview& rule = review.rules[scenario.cache_rules[i].name];
    if (i < evidence.lookups.size()) rule.lookups = evidence.lookups[i];
    rule.keys = look_at(redis, found.families[i]);
  }
  review.findings = cache_findings(review, scenario,
                                   look_at_examples(redis, scenario, traffic, evidence.requests));
  return review;
}

}  // namespace tare
