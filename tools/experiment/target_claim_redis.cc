// The claim on a target's Redis: one tare for each database of it, and keys that begin as the
// scenario's do.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "bench/model/redis_command.h"
#include "tools/experiment/target_claim_held.h"

namespace tare {
namespace {

constexpr const char* kLockKey = "tare:lock";
constexpr std::string_view kGlob = "*?[]\\^";

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

KeyRange range_of(const Template& key) {
  KeyRange range{"", KeyRange::Kind::whole};
  for (const TemplatePart& part : key.parts) {
    if (part.draw) return {range.prefix, KeyRange::Kind::beginning};
    range.prefix += part.literal;
  }
  return range;
}

// The places of a command's keys among its arguments, by asking Redis. Throws UsageError when it
// may not be asked.
std::vector<size_t> key_places(RedisControl& redis, const std::vector<std::string>& arguments) {
  RedisCommand question = {"COMMAND", "GETKEYS"};
  question.insert(question.end(), arguments.begin(), arguments.end());
  std::vector<size_t> places;
  try {
    for (const RedisValue& key : redis.command(question).elements) {
      for (size_t i = 1; i < arguments.size(); ++i) {
        if (arguments[i] == key.text) places.push_back(i);
      }
    }
  } catch (const RedisError& error) {
    if (error.message().find("no key arguments") != std::string::npos) return {};
    if (!error.message().starts_with("NOPERM")) {
      throw UsageError(fmt::format(
          "Redis does not know {} with {} arguments ({}): correct its name or their number",
          arguments[0], arguments.size() - 1, error.message()));
    }
    throw UsageError(fmt::format(
        "cannot tell which arguments of {} are keys, and so whose they are: {}. On a target tare's "
        "user needs to be allowed COMMAND (ACL SETUSER name +command)",
        arguments[0], error.message()));
  }
  return places;
}

// Each argument as a text of its own, so that its place can be told from the answer.
std::vector<std::string> placeholders(const std::vector<Template>& arguments) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool fixed = std::all_of(arguments[i].parts.begin(), arguments[i].parts.end(),
                                   [](const TemplatePart& part) { return !part.draw; });
    texts.push_back(fixed ? range_of(arguments[i]).prefix : fmt::format("1{:04}", i));
  }
  return texts;
}

void add_range(const Template& key, std::vector<KeyRange>& ranges) {
  const KeyRange range = range_of(key);
  if (range.prefix.empty()) {
    throw UsageError(fmt::format(
        "the key \"{}\" begins with a draw, so every key on a target may be meant; let the "
        "scenario's keys begin with a text of their own",
        key.text));
  }
  if (std::find(ranges.begin(), ranges.end(), range) == ranges.end()) ranges.push_back(range);
}

void add_ranges(RedisControl& redis, const Scenario& scenario, std::vector<KeyRange>& ranges) {
  for (const Operation& operation : scenario.operations) {
    for (const Step& step : operation.steps) {
      if (const auto* cached = std::get_if<CachedStep>(&step)) add_range(cached->key, ranges);
      const auto* command = std::get_if<RedisStep>(&step);
      if (!command || !command->writes) continue;
      const std::vector<std::string> texts = placeholders(command->arguments);
      if (const std::string why = refused_on_target(texts); !why.empty()) {
        throw UsageError(fmt::format("operation {}: {}", operation.name, why));
      }
      const auto places = key_places(redis, texts);
      if (places.empty()) {
        throw UsageError(
            fmt::format("operation {}: {} names no key, so what it touches on a target "
                        "cannot be told: weigh it in the sandbox, without --redis",
                        operation.name, texts[0]));
      }
      for (const size_t place : places) add_range(command->arguments[place], ranges);
    }
  }
}

// "~shop:*": as an ACL names them.
std::vector<std::string> own_keys(const std::vector<KeyRange>& ranges) {
  std::vector<std::string> names;
  for (const KeyRange& range : ranges) names.push_back("~" + range.pattern());
  return names;
}

// Whether every key the pattern matches is one of the range's.
bool covers(const KeyRange& range, const std::string& pattern) {
  const size_t glob = pattern.find_first_of(kGlob);
  return glob == std::string::npos ? range.holds(pattern)
                                   : range.kind == KeyRange::Kind::beginning &&
                                         pattern.substr(0, glob).starts_with(range.prefix);
}

}  // namespace

std::string KeyRange::pattern() const {
  std::string text;
  for (const char c : prefix) {
    if (kGlob.find(c) != std::string_view::npos) text += '\\';
    text += c;
  }
  return kind == Kind::whole ? text : text + "*";
}

bool replace_value(RedisControl& redis, const std::string& key, const Replacement& values) {
  redis.command({"WATCH", key});
  if (redis.command({"GET", key}).text != values.before) {
    redis.command({"UNWATCH"});
    return false;
  }
  redis.command({"MULTI"});
  redis.command({"SET", key, values.after});
  return redis.command({"EXEC"}).type != RedisValue::Type::nil;
}

TargetClaim::Held::~Held() {
  if (redis_owner.empty()) return;
  try {
    if (redis->command({"GET", kLockKey}).text == redis_owner) redis->command({"DEL", kLockKey});
  } catch (const std::exception&) {
    // The server is away: the next tare on this machine sees that we are dead.
  }
}

void TargetClaim::claim_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                              std::stop_token stop) {
  try {
    take_redis(servers, scenarios, stop);
  } catch (const RedisError& error) {
    const std::string place = public_text(servers.redis());
    if (error.message().starts_with("READONLY")) {
      throw UsageError(
          fmt::format("{} is a replica, which takes no writes: name its master", place));
    }
    if (!error.message().starts_with("NOPERM")) throw;
    throw UsageError(fmt::format(
        "tare's user at {} may not do all that it must: {}. It needs the scenario's keys and "
        "tare's "
        "own: ACL SETUSER {} ~tare:* {} +@read +@write +scan +dump +restore +info +config|get "
        "+command",
        place, error.message(), servers.redis().user.empty() ? "default" : servers.redis().user,
        fmt::join(own_keys(ranges_), " ")));
  }
}

void TargetClaim::take_redis(const Servers& servers, const std::vector<const Scenario*>& scenarios,
                             std::stop_token stop) {
  const RedisEndpoint endpoint = servers.redis();
  const std::string place = public_text(endpoint);
  held_->redis = std::make_unique<RedisControl>(endpoint);
  RedisControl& redis = *held_->redis;
  redis.command({"INFO", "server"});  // asked for later, when more has been done
  for (const Scenario* scenario : scenarios) add_ranges(redis, *scenario, ranges_);
  std::sort(ranges_.begin(), ranges_.end());
  patterns_.clear();
  for (const KeyRange& range : ranges_) patterns_.push_back(range.pattern());

  const RedisValue owner = redis.command({"GET", kLockKey});
  if (owner.type == RedisValue::Type::string && !is_dead(owner.text)) {
    throw UsageError(fmt::format(
        "another tare works on {} ({}): wait until it has ended; if it is long dead, DEL {}", place,
        owner.text, kLockKey));
  }
  const std::string ours = fmt::format("{}", fmt::join(patterns_, "\n"));
  const RedisValue left = redis.command({"GET", kKeysUnderWay});
  const bool known = left.type == RedisValue::Type::string;
  if (known && left.text != ours) {
    throw UsageError(fmt::format(
        "a tare that was killed has left keys on {}: {}. Clear them there (SCAN and UNLINK), then "
        "DEL {}",
        place, left.text, kKeysUnderWay));
  }
  const char* const whose =
      known ? "{} holds keys like this scenario's ({}). A tare that was killed has left some, but "
              "others may have come since: look, then say --claim {} to let tare clear {}"
            : "{} holds keys like this scenario's that tare has not made ({}): name another "
              "database of it (redis://host:port/3), or say --claim {} to let tare clear {}";
  for (const std::string& pattern : patterns_) {
    std::string found;
    if (servers.claimed(place)) break;
    redis.scan(
        pattern, [&found](const std::vector<std::string>& keys) { found = keys.front(); }, stop);
    if (found.empty()) continue;
    throw UsageError(fmt::format(fmt::runtime(whose), place, found, place, pattern));
  }
  const std::string me = fmt::format("{} {}", host_name(), getpid());
  const bool taken = owner.text.empty()
                         ? redis.command({"SET", kLockKey, me, "NX"}).type != RedisValue::Type::nil
                         : replace_value(redis, kLockKey, {owner.text, me});
  if (!taken) {
    throw UsageError(fmt::format("another tare has just begun to work on {}", place));
  }
  held_->redis_owner = me;
  held_->keys_to_note = ours;
  if (freshness_ == Freshness::restarted) freshness_ = Freshness::restored;
  lost_.push_back(fmt::format(
      "Redis at {} is not restarted between the trials: only this scenario's keys are cleared and "
      "restored",
      place));
}

void TargetClaim::note_keys() const {
  if (held_->keys_to_note.empty()) return;
  held_->redis->command({"SET", kKeysUnderWay, held_->keys_to_note});
  held_->keys_to_note.clear();
}

KeysNoted TargetClaim::keys_noted() const {
  return held_->redis && held_->keys_to_note.empty() ? KeysNoted::yes : KeysNoted::no;
}

std::vector<Problem> TargetClaim::keys_beyond(const Change& change) const {
  std::vector<Problem> problems;
  if (!held_->redis) return problems;
  const auto add = [&](const std::string& pointer, const std::string& message) {
    problems.push_back({change.file.string(), pointer, message});
  };
  const auto look = [&](const std::vector<Action>& actions, const char* list) {
    for (size_t i = 0; i < actions.size(); ++i) {
      const auto* redis = std::get_if<RedisAction>(&actions[i]);
      if (!redis || redis_command_reads(redis->arguments)) continue;
      const std::string pointer = fmt::format("/{}/{}/redis", list, i);
      if (const std::string why = refused_on_target(redis->arguments); !why.empty()) {
        add(pointer, why);
        continue;
      }
      std::vector<size_t> places;
      try {
        places = key_places(*held_->redis, redis->arguments);
      } catch (const UsageError& error) {
        add(pointer, error.what());
        continue;
      }
      if (places.empty()) {
        add(pointer, fmt::format("{} names no key, so what it touches on a target cannot be told: "
                                 "weigh it in the sandbox, without --redis",
                                 redis->arguments[0]));
      }
      for (const size_t place : places) {
        const std::string& key = redis->arguments[place];
        const bool ours = std::any_of(ranges_.begin(), ranges_.end(),
                                      [&key](const KeyRange& range) { return range.holds(key); });
        if (!ours) {
          add(pointer,
              fmt::format("\"{}\" is none of the scenario's keys, so on a target it may be "
                          "anybody's: weigh this in the sandbox, without --redis",
                          key));
        }
      }
    }
  };
  look(change.apply, "apply");
  look(change.rollback, "rollback");
  for (size_t i = 0; i < change.clear_cache.size(); ++i) {
    const std::string& pattern = change.clear_cache[i];
    const bool ours =
        std::any_of(ranges_.begin(), ranges_.end(),
                    [&pattern](const KeyRange& range) { return covers(range, pattern); });
    if (ours) continue;
    add(fmt::format("/clear_cache/{}", i),
        fmt::format("\"{}\" may match keys that are not the scenario's; on a target begin it with "
                    "one of: {}",
                    pattern, fmt::join(patterns_, ", ")));
  }
  return problems;
}

}  // namespace tare
