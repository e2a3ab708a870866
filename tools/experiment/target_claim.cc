#include "tools/experiment/target_claim.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/redis_command.h"
#include "loaders/database_template.h"
#include "loaders/stamp.h"

namespace tare {
namespace {

constexpr const char* kLock = "SELECT pg_try_advisory_lock(1952543333, hashtext($1))";  // "tare"

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// "HOST PID": whether that process is surely gone.
bool is_dead(const std::string& owner) {
  const size_t space = owner.rfind(' ');
  if (space == std::string::npos || owner.substr(0, space) != host_name()) return false;
  pid_t pid = 0;
  std::from_chars(owner.data() + space + 1, owner.data() + owner.size(), pid);
  return pid > 0 && kill(pid, 0) != 0 && errno == ESRCH;
}

// The literal text a key begins with, as a pattern.
std::string pattern_of(const Template& key) {
  std::string pattern;
  for (const TemplatePart& part : key.parts) {
    if (part.draw) return pattern + "*";
    for (const char c : part.literal) {
      if (std::string_view("*?[]\\^").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

// The arguments of a command that are keys, by asking Redis; each argument goes as a text of its
// own, so that its place can be told from the answer.
std::vector<size_t> key_places(RedisControl& redis, const std::vector<Template>& arguments) {
  RedisCommand question = {"COMMAND", "GETKEYS"};
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool fixed = std::all_of(arguments[i].parts.begin(), arguments[i].parts.end(),
                                   [](const TemplatePart& part) { return !part.draw; });
    std::string literal;
    for (const TemplatePart& part : arguments[i].parts) literal += part.literal;
    question.push_back(fixed ? literal : fmt::format("1{:04}", i));
  }
  std::vector<size_t> places;
  try {
    for (const RedisValue& key : redis.command(question).elements) {
      const auto found = std::find(question.begin() + 2, question.end(), key.text);
      if (found != question.end()) places.push_back(size_t(found - question.begin()) - 2);
    }
  } catch (const RedisError&) {  // a command without keys, or one this user may not ask about
    if (arguments.size() > 1 && !redis_command_reads({arguments[0].text})) places.push_back(1);
  }
  return places;
}

void add_key_patterns(RedisControl& redis, const Scenario& scenario,
                      std::vector<std::string>& patterns) {
  const auto add = [&](const Template& key) {
    const std::string pattern = pattern_of(key);
    if (matches_everything(pattern)) {
      throw UsageError(fmt::format(
          "the key \"{}\" begins with a draw, so every key on a target may be meant; let the "
          "scenario's keys begin with a text of their own",
          key.text));
    }
    if (std::find(patterns.begin(), patterns.end(), pattern) == patterns.end()) {
      patterns.push_back(pattern);
    }
  };
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      if (const auto* cached = std::get_if<CachedStep>(&step)) add(cached->key);
      const auto* command = std::get_if<RedisStep>(&step);
      if (!command || !command->writes) continue;
      for (const size_t place : key_places(redis, command->arguments)) {
        add(command->arguments[place]);
      }
    }
  }
}

}  // namespace

struct TargetClaim::Held {
  std::unique_ptr<PostgresControl> postgres;  // its session holds the lock
  std::unique_ptr<RedisControl> redis;
  std::string redis_lock;  // the key

  ~Held() {
    if (redis_lock.empty()) return;
    try {
      redis->command({"DEL", redis_lock});
    } catch (const std::exception&) {
      // The server is away: the next tare on this machine sees that we are dead.
    }
  }
};

TargetClaim::TargetClaim(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                         std::stop_token stop)
    : held_(std::make_unique<Held>()) {
  if (!servers.owns_postgres()) claim_postgres(servers, *scenarios.front(), stop);
  if (!servers.owns_redis()) claim_redis(servers, scenarios, stop);
}

TargetClaim::~TargetClaim() = default;
TargetClaim::TargetClaim(TargetClaim&&) noexcept = default;
TargetClaim& TargetClaim::operator=(TargetClaim&&) noexcept = default;

void TargetClaim::claim_postgres(const Servers& servers, const Scenario& scenario,
                                 std::stop_token stop) {
  const PostgresEndpoint endpoint = servers.postgres();
  const std::string place = public_text(endpoint);
  held_->postgres = std::make_unique<PostgresControl>(endpoint, stop);
  PostgresControl& postgres = *held_->postgres;
  if (postgres.value("SELECT pg_is_in_recovery()") == "t") {
    throw UsageError(
        fmt::format("{} is a standby, which takes no writes: name its primary, or a "
                    "restored copy of it",
                    place));
  }
  const std::string working = database_name(scenario), source = template_name(scenario);
  const std::string named = postgres.value("SELECT current_database()");
  const std::string lock = postgres.value(kLock, {working});
  const auto users = postgres.query(
      "SELECT usename, pid FROM pg_stat_activity WHERE datname = $1 AND datname <> "
      "current_database()",
      {working});
  if (lock != "t" || !users.empty()) {
    throw UsageError(fmt::format(
        "another tare, or somebody, works on {} of {}: wait until it has ended{}",
        lock == "t" ? working : named, place,
        users.empty() ? "" : fmt::format(" (pid {} of the server)", users[0][1].value_or("?"))));
  }
  const bool may_copy =
      postgres.value("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user") ==
      "t";
  lost_.push_back(
      fmt::format("PostgreSQL at {} is not restarted between the trials: its caches "
                  "and background work go over from one to the next",
                  place));
  if (may_copy) {
    freshness_ = Freshness::restored;
    if (named == working || named == source) {
      throw UsageError(
          fmt::format("tare replaces the database {} itself: name another one of {} "
                      "to connect to, \"postgres\" for example",
                      named, place));
    }
    for (const std::string& database : {working, source}) {
      if (!made_by_other(postgres, database) || servers.claimed(database)) continue;
      throw UsageError(fmt::format(
          "{} has a database {} that tare has not made; rename it, or say --claim {} to let tare "
          "replace it",
          place, database, database));
    }
    return;
  }
  freshness_ = Freshness::in_place;
  lost_.push_back(fmt::format(
      "{} may not make databases there, so the data is not restored: what "
      "trials write stays, and the change is applied and rolled back in "
      "place for every pair (ALTER ROLE {} CREATEDB mends it)",
      postgres.value("SELECT current_user"), postgres.value("SELECT quote_ident(current_user)")));
  try {
    require_ours_or_empty(postgres);
  } catch (const UsageError& refused) {
    if (!servers.claimed(place) && !servers.claimed(named)) {
      throw UsageError(fmt::format("{}; or say --claim {} to let it write there all the same",
                                   refused.what(), named));
    }
    mark_as_claimed(postgres);
  }
}

void TargetClaim::claim_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                              std::stop_token stop) {
  const RedisEndpoint endpoint = servers.redis();
  const std::string place = public_text(endpoint);
  held_->redis = std::make_unique<RedisControl>(endpoint);
  RedisControl& redis = *held_->redis;
  patterns_.clear();
  for (const Scenario* scenario : scenarios) add_key_patterns(redis, *scenario, patterns_);
  const std::string name = scenarios.front()->name;
  const std::string mark = "tare:claim:" + name, lock = "tare:lock:" + name;
  const std::string me = fmt::format("{} {}", host_name(), getpid());
  const RedisValue owner = redis.command({"GET", lock});
  if (owner.type == RedisValue::Type::string && !is_dead(owner.text)) {
    throw UsageError(
        fmt::format("another tare works on {} ({}): wait until it has ended; if it is "
                    "long dead, DEL {}",
                    place, owner.text, lock));
  }
  if (redis.command({"GET", mark}).type == RedisValue::Type::nil && !servers.claimed(place)) {
    for (const std::string& pattern : patterns_) {
      std::string found;
      redis.scan(
          pattern, [&found](const std::vector<std::string>& keys) { found = keys.front(); }, stop);
      if (found.empty()) continue;
      throw UsageError(fmt::format(
          "{} holds keys like this scenario's that tare has not made ({}): name another database "
          "of it (redis://host:port/3), or say --claim {} to let tare clear {}",
          place, found, place, fmt::format("{}", pattern)));
    }
  }
  if (!owner.text.empty()) redis.command({"DEL", lock});
  if (redis.command({"SET", lock, me, "NX"}).type == RedisValue::Type::nil) {
    throw UsageError(fmt::format("another tare has just begun to work on {}", place));
  }
  held_->redis_lock = lock;
  redis.command({"SET", mark, "keys that begin like this scenario's are tare's"});
  if (freshness_ == Freshness::restarted) freshness_ = Freshness::restored;
  lost_.push_back(
      fmt::format("Redis at {} is not restarted between the trials: only this "
                  "scenario's keys are cleared and restored",
                  place));
}

std::string database_name(const Scenario& scenario) {
  std::string name = "tare_" + scenario.name.substr(0, 50);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::string template_name(const Scenario& scenario) {
  return database_name(scenario) + "_data";
}

}  // namespace tare
