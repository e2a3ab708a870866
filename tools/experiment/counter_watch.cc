#include "tools/experiment/counter_watch.h"

#include <fmt/format.h>

#include <set>

#include "bench/drivers/postgres_counters.h"

namespace tare {
namespace {

constexpr const char* kOtherStatements = "(other statements)";

}  // namespace

CounterWatch::CounterWatch(const CountedServers& servers, const Traffic& traffic, bool sample_waits,
                           std::stop_token stop)
    : servers_(servers),
      names_(named_statements(traffic)),
      asks_postgres_(!traffic.sql_calls().empty()),
      asks_redis_(!traffic.redis_calls().empty()) {
  if (!asks_postgres_) return;
  try {
    statements_.emplace(servers.server, stop);
  } catch (const ServerError& error) {
    statements_missing_ = error.what();
  }
  if (sample_waits)
    sampler_ = std::make_unique<WaitSampler>(servers.server, servers.database, names_, stop);
  for (const char* source : cumulative_sources()) {
    cumulative_before_[source] = look_at_postgres(servers.postgres, source);
  }
}

void CounterWatch::window_begins() {
  if (asks_redis_) redis_before_ = look_at_redis(servers_.redis);
  if (statements_) statements_before_ = look_at_statements(*statements_, servers_.database);
  if (sampler_) sampler_->begin();
}

void CounterWatch::window_ended() {
  if (sampler_) sampler_->end();
  if (statements_) statements_after_ = look_at_statements(*statements_, servers_.database);
  if (asks_redis_) redis_after_ = look_at_redis(servers_.redis);
}

// By the scenario's names instead of query ids, which differ from version to version and from one
// making of a table to the next. tare's own looks are left out.
CounterSource CounterWatch::statements_between(const CounterLook& before,
                                               const CounterLook& after) {
  CounterSource source = counters_between("statements", CounterSpan::window, before, after);
  std::set<std::string> ids;
  for (const CounterValue& value : source.values) ids.insert(value.object);
  std::map<std::string, std::string> names;
  for (const auto& [id, text] : statement_texts(*statements_, ids)) {
    const std::string name = names_.name_of(text);
    names[id] = name.empty() ? kOtherStatements : name;
  }
  std::map<std::pair<std::string, std::string>, CounterValue> sums;
  for (const CounterValue& value : source.values) {
    const auto name = names.find(value.object);
    if (name == names.end()) continue;
    CounterValue& sum = sums[{name->second, value.name}];
    sum = {name->second, value.name, value.unit, sum.value + value.value};
  }
  source.values.clear();
  for (const auto& [key, sum] : sums) source.values.push_back(sum);
  return source;
}

ServerCounters CounterWatch::finish() {
  ServerCounters counters;
  if (asks_postgres_) {
    if (statements_before_ && statements_after_) {
      counters.sources.push_back(statements_between(*statements_before_, *statements_after_));
    } else {
      counters.sources.push_back({"statements", "", CounterSpan::window, {}, statements_missing_});
    }
    for (const auto& [source, before] : cumulative_before_) {
      counters.sources.push_back(counters_between(source, CounterSpan::load, before,
                                                  look_at_postgres(servers_.postgres, source)));
    }
    if (sampler_) {
      counters.waits = sampler_->profile();
    } else {
      counters.waits.missing = "the scenario does not want it (sample_waits)";
    }
  } else {
    counters.waits.missing = "the scenario asks no PostgreSQL";
  }
  if (redis_before_ && redis_after_) {
    add_redis(*redis_before_, *redis_after_, counters);
  } else {
    counters.latencies_missing = "the scenario asks no Redis";
  }
  return counters;
}

}  // namespace tare
