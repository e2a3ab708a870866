// A change: what is to be weighed, by whom, why, and how it is undone.
// Level: model. Plain values; read and checked by change_reader.h.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/model/json_value.h"

namespace tare {

struct SqlAction {
  std::string sql;  // one statement, run outside a transaction block
};
struct RedisAction {
  std::vector<std::string> arguments;  // the command first
};
// Settings of a server, with values as text. What they were before is remembered and put back.
struct PostgresSettingsAction {
  std::map<std::string, std::string> values;
};
struct RedisSettingsAction {
  std::map<std::string, std::string> values;
};
// Run by sh, only when the person allows it: a change file by itself must not run code.
struct ShellAction {
  std::string command;
};
using Action =
    std::variant<SqlAction, RedisAction, PostgresSettingsAction, RedisSettingsAction, ShellAction>;

// Other programs for the contender's servers; empty: the baseline's.
struct Binaries {
  std::filesystem::path postgres_bin;  // the folder of initdb and postgres
  std::filesystem::path redis_server;

  bool any() const { return !postgres_bin.empty() || !redis_server.empty(); }
};

// "response_time_tm95 of reverse_depends falls by at least 50 %": at most -0.5. Changes are
// relative, of shares (failed_share, hit_ratio) differences: 0.1 is ten percentage points.
enum class Bound { at_most, at_least };
struct Expectation {
  std::string operation;
  std::string metric;
  double limit = 0;  // of the change, contender against baseline
  Bound bound = Bound::at_most;

  friend bool operator==(const Expectation&, const Expectation&) = default;
};

struct Change {
  std::filesystem::path file;
  std::string name;
  std::string owner;
  std::string reason;
  std::vector<Expectation> expect;
  std::string variable;  // the one thing that may differ: "schema.index", "redis.keys" ...
  std::vector<Action> apply;
  Binaries binaries;
  std::optional<JsonValue> scenario_patch;  // what the new code would do; see scenario_patch.h
  std::vector<std::string> clear_cache;     // key patterns, cleared in both arms
  std::vector<Action> rollback;
  std::string rollback_note;
  std::vector<std::string> assumptions;
  std::string text;  // the file as it was read
};

// The settings that the actions of this kind (PostgresSettingsAction, RedisSettingsAction) make.
template <class Kind>
std::map<std::string, std::string> settings_made(const Change& change) {
  std::map<std::string, std::string> all;
  for (const Action& action : change.apply) {
    if (const auto* settings = std::get_if<Kind>(&action)) {
      for (const auto& [name, value] : settings->values) all.insert_or_assign(name, value);
    }
  }
  return all;
}

// Whether an action of this kind is among those applied.
template <class Kind>
bool applies(const Change& change) {
  for (const Action& action : change.apply) {
    if (std::holds_alternative<Kind>(action)) return true;
  }
  return false;
}

// Where in the file the first action of this kind stands: "/apply/1".
template <class Kind>
std::string place_of(const Change& change) {
  size_t place = 0;
  while (!std::holds_alternative<Kind>(change.apply.at(place))) ++place;
  return "/apply/" + std::to_string(place);
}

}  // namespace tare
