#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "tools/experiment/environment.h"
#include "tools/experiment/probe_servers.h"
#include "tools/experiment/probe_timing.h"

namespace tare {
namespace {

constexpr std::chrono::seconds kPatience(2);

// Never requirepass or another setting that is a secret.
const std::vector<std::string> kSettings = {"save",
                                            "appendonly",
                                            "appendfsync",
                                            "maxmemory",
                                            "maxmemory-policy",
                                            "latency-monitor-threshold",
                                            "io-threads",
                                            "bind",
                                            "protected-mode",
                                            "port"};

// What runs, snapshots and restores send; never executed here, only asked about.
const std::vector<RedisCommand> kNeeded = {
    {"GET", "tare:x"},         {"SET", "tare:x", "1", "EX", "1"},
    {"UNLINK", "tare:x"},      {"SCAN", "0"},
    {"DUMP", "tare:x"},        {"RESTORE", "tare:x", "0", "x"},
    {"PTTL", "tare:x"},        {"INFO", "server"},
    {"CONFIG", "GET", "save"}, {"DBSIZE"}};

}  // namespace

RedisProbe::RedisProbe(const RedisEndpoint& endpoint, const std::string& source,
                       std::stop_token stop)
    : stop_(std::move(stop)) {
  facts_.place = public_text(endpoint);
  facts_.source = source;
  try {
    control_.emplace(endpoint, kPatience);
    ask_all(endpoint);
  } catch (const ServerError& error) {
    facts_.problem = error.what();
  }
}

RedisFacts RedisProbe::finish() {
  if (!facts_.problem.empty()) return facts_;
  try {
    note_growth(facts_.counters, read_counters());
  } catch (const ServerError& error) {
    facts_.problem = error.what();
  }
  return facts_;
}

// nullopt: Redis refused.
std::optional<RedisValue> RedisProbe::ask(const RedisCommand& command) {
  if (stop_.stop_requested()) throw Interrupted();
  try {
    return control_->command(command);
  } catch (const RedisError&) {
    return std::nullopt;
  }
}

std::map<std::string, std::string> RedisProbe::ask_info(const std::string& section) {
  try {
    return control_->info(section);
  } catch (const RedisError&) {
    return {};
  }
}

void RedisProbe::ask_all(const RedisEndpoint& endpoint) {
  auto server = ask_info("server");
  facts_.version = server.contains("redis_version") ? server["redis_version"] : "unknown";
  for (const auto& [name, value] : read_counters()) facts_.counters[name].total = value;
  if (ask({"PING"})) {
    facts_.round_trip = time_round_trips([&] { control_->command({"PING"}); }, stop_);
  }
  if (const auto length = ask({"SLOWLOG", "LEN"})) facts_.slow_commands = length->integer;
  if (const auto events = ask({"LATENCY", "LATEST"})) {
    for (const RedisValue& event : events->elements) {
      if (event.elements.size() < 4) continue;
      facts_.latency_events_ms[event.elements[0].text] = event.elements[3].integer;
    }
  }
  const auto persistence = ask_info("persistence");
  for (const char* name :
       {"rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"}) {
    const auto found = persistence.find(name);
    if (found != persistence.end()) facts_.persistence.insert(*found);
  }
  const auto memory = ask_info("memory");
  const auto bytes = [&](const char* name) -> std::optional<int64_t> {
    const auto found = memory.find(name);
    if (found == memory.end()) return std::nullopt;
    return std::atoll(found->second.c_str());
  };
  facts_.used_bytes = bytes("used_memory");
  facts_.max_bytes = bytes("maxmemory");
  ask_settings();
  ask_permissions();
  ask_exposure(endpoint);
}

void RedisProbe::ask_settings() {
  try {
    facts_.settings = control_->config(kSettings);
    facts_.recorded = recorded_settings(*control_);
  } catch (const RedisError&) {
    facts_.settings.reset();
  }
}

void RedisProbe::ask_permissions() {
  facts_.permissions_known = false;
  const auto user = ask({"ACL", "WHOAMI"});
  if (!user) return;
  facts_.user = user->text;
  for (const RedisCommand& needed : kNeeded) {
    RedisCommand question = {"ACL", "DRYRUN", facts_.user};
    question.insert(question.end(), needed.begin(), needed.end());
    const auto answer = ask(question);
    if (!answer) return;
    facts_.permissions_known = true;
    // A user of other keys only is no trouble: the scenario's keys are not known here.
    const bool refused = answer->text.find("to run the") != std::string::npos;
    if (refused) facts_.refused_commands.push_back(needed[0]);
  }
}

void RedisProbe::ask_exposure(const RedisEndpoint& endpoint) {
  facts_.on_network = !is_local(endpoint);
  if (endpoint.password.empty() && endpoint.user.empty()) {
    facts_.open_default_user = true;
    return;
  }
  const auto user = ask({"ACL", "GETUSER", "default"});
  if (!user) return;
  for (size_t i = 0; i + 1 < user->elements.size(); i += 2) {
    if (user->elements[i].text != "flags") continue;
    const auto has = [&](const std::string& flag) {
      const auto& flags = user->elements[i + 1].elements;
      return std::any_of(flags.begin(), flags.end(),
                         [&](const RedisValue& value) { return value.text == flag; });
    };
    facts_.open_default_user = has("on") && has("nopass");
  }
}

std::map<std::string, int64_t> RedisProbe::read_counters() {
  std::map<std::string, int64_t> counters;
  const auto stats = ask_info("stats");
  for (const char* name : {"rejected_connections", "evicted_keys"}) {
    const auto found = stats.find(name);
    if (found != stats.end()) counters[name] = std::atoll(found->second.c_str());
  }
  return counters;
}

}  // namespace tare
