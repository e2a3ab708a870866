// A change: what is to be weighed, by whom, why, and how it is undone.
// Level: model. Plain values; read and checked by change_reader.h.
#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace tare {

struct SqlAction {
  std::string sql;  // one statement, run outside a transaction block
};
struct RedisAction {
  std::vector<std::string> arguments;  // the command first
};
using Action = std::variant<SqlAction, RedisAction>;

// "response_time_tm95 of reverse_depends falls by at least 50 %": at_most = -0.5.
struct Expectation {
  std::string operation;
  std::string metric;
  double at_most = 0;  // relative change, contender against baseline
};

struct Change {
  std::filesystem::path file;
  std::string name;
  std::string owner;
  std::string reason;
  std::vector<Expectation> expect;
  std::string variable;  // the one thing that may differ: "schema.index", "redis.keys" ...
  std::vector<Action> apply;
  std::vector<std::string> clear_cache;  // key patterns, cleared in both arms
  std::vector<Action> rollback;
  std::string rollback_note;
  std::vector<std::string> assumptions;
  std::string text;  // the file as it was read
};

}  // namespace tare
