// What a run's cache shows that its rules do not say.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/model/template_text.h"
#include "tools/experiment/cache_review.h"

namespace tare {
namespace {

constexpr double kClockSlack_s = 1;      // between a SET and the look at its ttl
constexpr double kLookSlack_s = 10;      // from the end of the window to the look
constexpr double kFarOff = 2;            // times the declared size, or a part of it
constexpr int64_t kExpectedBypass = 10;  // requests of which chance leaves none out
constexpr double kOtherTraffic = 0.01;   // of the lookups: what warming and clearing may add

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

class Findings {
 public:
  Findings(const CacheReview& review, const Scenario& scenario,
           const std::map<std::string, ExampleSeen>& examples)
      : review_(review), scenario_(scenario), examples_(examples) {}

  std::vector<std::string> make() {
    for (const CacheRule& rule : scenario_.cache_rules) {
      const auto found = review_.rules.find(rule.name);
      if (found == review_.rules.end()) continue;
      add_ttl(rule, found->second);
      add_size(rule, found->second.keys);
      add_use(rule, found->second.lookups);
      add_examples(rule);
    }
    add_others();
    add_other_traffic();
    return std::move(lines_);
  }

 private:
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    lines_.push_back(fmt::format(text, std::forward<Arguments>(arguments)...));
  }

  void add_ttl(const CacheRule& rule, const CacheRuleReview& seen) {
    const CachedKeys& keys = seen.keys;
    if (keys.without_ttl > 0) {
      add("cache rule \"{}\": {} of {} keys looked at have no ttl, for example {}: something "
          "writes them without one",
          rule.name, keys.without_ttl, keys.looked_at, keys.example);
    }
    if (keys.longest_ttl_s > double(rule.ttl_s) + kClockSlack_s) {
      add("cache rule \"{}\": a key has {:.0f} s to live, and the rule says {} s: something else "
          "writes or extends it",
          rule.name, keys.longest_ttl_s, rule.ttl_s);
    }
    const double age = seconds(scenario_.load.warmup + scenario_.load.measure) + kLookSlack_s;
    const bool dated = keys.looked_at == keys.keys && keys.looked_at > keys.without_ttl;
    if (seen.lookups.stored > 0 && dated && keys.longest_ttl_s < double(rule.ttl_s) - age) {
      add("cache rule \"{}\": no key has more than {:.0f} s to live although the rule says {} s: "
          "something shortens them",
          rule.name, keys.longest_ttl_s, rule.ttl_s);
    }
  }

  void add_size(const CacheRule& rule, const CachedKeys& keys) {
    if (!rule.value_bytes || keys.bytes_p50 == 0) return;
    const double times = double(keys.bytes_p50) / double(*rule.value_bytes);
    if (times <= kFarOff && times >= 1 / kFarOff) return;
    add("cache rule \"{}\": half of the values take {} bytes or less, the rule says {}: correct "
        "value_bytes, or what is stored",
        rule.name, keys.bytes_p50, *rule.value_bytes);
  }

  void add_use(const CacheRule& rule, const CacheLookups& lookups) {
    if (lookups.gets + lookups.bypassed == 0) {
      add("cache rule \"{}\": this run never asked it", rule.name);
    } else if (!rule.bypass_when.empty() && lookups.bypassed == 0 &&
               expected_bypass(rule) >= double(kExpectedBypass)) {
      add("cache rule \"{}\": its bypass \"{}\" never happened in {} requests", rule.name,
          rule.bypass_when, lookups.gets);
    }
  }

  double expected_bypass(const CacheRule& rule) const {
    const auto found = review_.rules.find(rule.name);
    double share = 1;
    for (const Operation& operation : scenario_.operations) {
      for (const Draw& draw : operation.draws) {
        const auto* drawn = std::get_if<ShareDraw>(&draw.source);
        if (drawn && draw.name == rule.bypass_when) share = std::min(share, drawn->share);
      }
    }
    return share * double(found->second.lookups.gets);
  }

  void add_examples(const CacheRule& rule) {
    for (const std::string& key : rule.cached) {
      const auto found = examples_.find(key);
      if (found == examples_.end()) continue;
      const ExampleSeen& seen = found->second;
      if (seen.type != "none" && seen.type != "string") {
        add("cache rule \"{}\": the example {} holds a {}, not a value that the rule stored",
            rule.name, key, seen.type);
      } else if (seen.asked == 0) {
        add("cache rule \"{}\": no request of this run asked for the example {}, so nothing shows "
            "that it is cached",
            rule.name, key);
      }
    }
    for (const std::string& key : rule.not_cached) {
      const auto found = examples_.find(key);
      if (found == examples_.end() || found->second.type == "none" || known(key)) continue;
      add("cache rule \"{}\": {} must not be cached and is in Redis (a {}), and no rule makes it",
          rule.name, key, found->second.type);
    }
  }

  bool known(const std::string& key) const {
    const auto makes = [&key](const auto& declared) {
      return template_makes(split_template(declared.key).pieces, key, {});
    };
    return std::any_of(scenario_.cache_rules.begin(), scenario_.cache_rules.end(), makes) ||
           std::any_of(scenario_.other_keys.begin(), scenario_.other_keys.end(), makes);
  }

  void add_others() {
    const CachedKeys& others = review_.others;
    if (others.keys == 0) return;
    add("{} keys belong to no cache rule ({} of {} looked at have no ttl), for example {}: give "
        "them a rule, or name them under other_keys with the reason",
        others.keys, others.without_ttl, others.looked_at, others.example);
  }

  // Only where tare's own lookups are all that Redis counts.
  void add_other_traffic() {
    for (const Operation& operation : scenario_.operations) {
      for (const Step& step : operation.steps) {
        const auto* redis = std::get_if<RedisStep>(&step);
        if (redis && !redis->writes) return;
      }
    }
    if (!scenario_.load.jobs.empty()) return;
    int64_t asked = 0;
    for (const auto& [name, rule] : review_.rules) asked += rule.lookups.gets;
    const int64_t counted = review_.info_hits + review_.info_misses;
    if (double(std::abs(counted - asked)) <= kOtherTraffic * double(asked) + 10) return;
    add("Redis counted {} lookups and tare asked for {}: does something else use this Redis?",
        counted, asked);
  }

  const CacheReview& review_;
  const Scenario& scenario_;
  const std::map<std::string, ExampleSeen>& examples_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> cache_findings(const CacheReview& review, const Scenario& scenario,
                                        const std::map<std::string, ExampleSeen>& examples) {
  return Findings(review, scenario, examples).make();
}

}  // namespace tare
