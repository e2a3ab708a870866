// What makes a comparison worthless before any statistics.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/trial_guards.h"

namespace tare {
namespace {

constexpr size_t kMostReasons = 20;

// What a person can do about a group that differs.
std::string advice(const std::string& group, const Declared& declared) {
  const std::string allow = fmt::format("allow it by name: --allow {}", group);
  if (declared.variables.empty()) return "measure both alike, or " + allow;
  for (const std::string& variable : declared.variables) {
    if (is_known_variable(variable)) {
      return fmt::format("the change's variable is {}: weigh what else it does by itself, or {}",
                         fmt::join(declared.variables, ", "), allow);
    }
  }
  return fmt::format(
      "the change's variable \"{}\" speaks of none of it: name what it changes "
      "(schema.index, postgres.work_mem ...), or {}",
      fmt::join(declared.variables, ", "), allow);
}

const std::set<std::string> kPlural = {"settings", "extensions", "statistics"};

void add_undeclared(const EnvironmentComparison& environment, const std::string& between,
                    const Declared& declared, std::vector<std::string>& reasons) {
  for (const GroupDifference& difference : environment.differing) {
    if (difference.standing != Standing::undeclared) continue;
    reasons.push_back(
        fmt::format("not attributable: {} {} between {}: {}; {}", group_words(difference.group),
                    kPlural.contains(difference.group) ? "differ" : "differs", between,
                    fmt::join(difference.details, "; "), advice(difference.group, declared)));
  }
}

bool tells_groups(const PairSample& pair) {
  return !pair.baseline.result.environment.groups.empty() ||
         !pair.contender.result.environment.groups.empty();
}

// Between the arms what the change declares may differ, between the baselines nothing at all.
void add_environments(const std::vector<PairSample>& pairs, const Criteria& criteria,
                      std::optional<EnvironmentComparison>& environment,
                      std::vector<std::string>& reasons) {
  std::vector<ComparedEnvironments> arms, baselines;
  for (const PairSample& pair : pairs) {
    arms.push_back({pair.baseline.result.environment, pair.contender.result.environment});
    if (&pair == &pairs[0]) continue;
    baselines.push_back({pairs[0].baseline.result.environment, pair.baseline.result.environment});
  }
  const Declared declared = declared_in(criteria);
  const EnvironmentComparison between_arms = compare_environments(arms, declared);
  add_undeclared(between_arms, "the arms", declared, reasons);
  const Declared nothing{{}, declared.allowed};
  add_undeclared(compare_environments(baselines, nothing), "the first baseline and later ones",
                 nothing, reasons);
  if (std::any_of(pairs.begin(), pairs.end(), tells_groups)) environment = between_arms;
}

}  // namespace

Declared declared_in(const Criteria& criteria) {
  Declared declared = criteria.declared;
  if (!declared.variables.empty()) return declared;
  for (const std::string& name : criteria.postgres_settings) {
    declared.variables.insert("postgres." + name);
  }
  for (const std::string& name : criteria.redis_settings) {
    declared.variables.insert("redis." + name);
  }
  for (const std::string& server : criteria.versions) {
    declared.variables.insert(server + ".version");
  }
  return declared;
}

std::vector<std::string> reasons_invalid(const Result& trial) {
  std::vector<std::string> reasons;
  for (const auto& [name, operation] : trial.operations) {
    const RequestCounts& counts = operation.requests;
    const int64_t accounted =
        counts.ok + counts.failed + counts.timed_out + counts.dropped + counts.unfinished;
    if (accounted != counts.scheduled) {
      reasons.push_back(fmt::format("{}: {} requests were scheduled and {} accounted for", name,
                                    counts.scheduled, accounted));
    }
    int64_t on_paths = 0;
    for (const auto& [path, result] : operation.paths) on_paths += result.count;
    if (on_paths != counts.ok) {
      reasons.push_back(fmt::format("{}: {} requests were ok and {} went a known path", name,
                                    counts.ok, on_paths));
    }
  }
  for (std::string& reason : reasons_disturbed(trial)) reasons.push_back(std::move(reason));
  return reasons;
}

namespace {

// Hits that are not what SQL says in the contender, and never in the baseline: the change altered
// rows that the cache still holds. Where both arms have some, the traffic's own writes may be why.
std::vector<std::string> stale_caches(const std::vector<PairSample>& pairs) {
  struct Count {
    int64_t baseline = 0, contender = 0, checked = 0;
    std::string key;
  };
  std::map<std::string, Count> counts;
  for (const PairSample& pair : pairs) {
    for (const auto& [name, operation] : pair.baseline.result.operations) {
      counts[name].baseline += operation.cache_check.different;
    }
    for (const auto& [name, operation] : pair.contender.result.operations) {
      Count& count = counts[name];
      count.contender += operation.cache_check.different;
      count.checked += operation.cache_check.checked;
      if (count.key.empty()) count.key = operation.cache_check.example_key;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [name, count] : counts) {
    if (count.contender == 0 || count.baseline > 0) continue;
    lines.push_back(fmt::format(
        "{}: {} of {} sampled cache hits of the contender are not what SQL says, none of the "
        "baseline's (first key: {}); the change alters rows that the cache holds: list their keys "
        "in clear_cache",
        name, count.contender, count.checked, count.key));
  }
  return lines;
}

}  // namespace

namespace {

// Where many requests last longer than a turn, each arm's work is in the other's times.
std::vector<std::string> long_requests(const std::vector<PairSample>& pairs) {
  std::map<std::string, int> trials;  // by operation
  std::string length;
  for (const PairSample& pair : pairs) {
    for (const Result* result : {&pair.baseline.result, &pair.contender.result}) {
      const auto turn = result->environment.generator.find("turn");
      if (pair.order != PairOrder::in_turns || turn == result->environment.generator.end())
        continue;
      length = turn->second;
      const double turn_ns = std::strtod(length.c_str(), nullptr) * 1e6;
      for (const auto& [name, operation] : result->operations) {
        trials[name] += double(operation.response_time_ns.p95) > turn_ns;
      }
    }
  }
  std::vector<std::string> lines;
  for (const auto& [name, count] : trials) {
    if (count == 0) continue;
    lines.push_back(
        fmt::format("in {} of {} trials more than 5 % of {} take longer than a turn of {}, so that "
                    "each arm slows the other: say a longer --interleave, or leave it out",
                    count, 2 * pairs.size(), name, length));
  }
  return lines;
}

}  // namespace

std::vector<std::string> reasons_not_comparable(const std::vector<PairSample>& pairs,
                                                const Criteria& criteria,
                                                std::optional<EnvironmentComparison>& environment) {
  std::vector<std::string> reasons;
  if (pairs.empty()) reasons.push_back("no pair was measured");
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Result& baseline = pairs[i].baseline.result;
    const Result& contender = pairs[i].contender.result;
    for (const auto& [arm, trial] : {std::pair<const char*, const Result*>{"baseline", &baseline},
                                     {"contender", &contender}}) {
      for (const std::string& reason : reasons_invalid(*trial)) {
        reasons.push_back(fmt::format("pair {}, {}: {}", i + 1, arm, reason));
      }
    }
    if (baseline.scenario != contender.scenario) {
      reasons.push_back(fmt::format("the arms of pair {} ran different scenarios: {} and {}", i + 1,
                                    baseline.scenario, contender.scenario));
    }
    if (!criteria.other_requests && baseline.schedule_digest != contender.schedule_digest) {
      reasons.push_back(
          fmt::format("the arms of pair {} were asked different requests: digests {} "
                      "and {}",
                      i + 1, baseline.schedule_digest, contender.schedule_digest));
    }
    const bool same_times = pairs[i].order != PairOrder::in_turns;
    if (same_times && baseline.schedule_digest != pairs[0].baseline.result.schedule_digest) {
      reasons.push_back(fmt::format(
          "pairs 1 and {} were asked different requests: the data that they are drawn from differs",
          i + 1));
    }
  }
  if (!pairs.empty()) add_environments(pairs, criteria, environment, reasons);
  if (!criteria.other_rows) {
    for (std::string& line : different_rows(pairs)) reasons.push_back(std::move(line));
  }
  for (std::string& line : stale_caches(pairs)) reasons.push_back(std::move(line));
  for (std::string& line : long_requests(pairs)) reasons.push_back(std::move(line));
  if (reasons.size() > kMostReasons) {
    const size_t more = reasons.size() - kMostReasons;
    reasons.resize(kMostReasons);
    reasons.push_back(fmt::format("{} more of the kind", more));
  }
  return reasons;
}

}  // namespace tare
