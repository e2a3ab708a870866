// Asks PostgreSQL and Redis how they are, without writing anything or resetting any counter.
// Level: experiment. One thread per object. Each owns its connection; a server that is away or
// refuses is told in the facts (`problem`), never thrown; a single question that is not allowed
// leaves its facts empty. Both throw Interrupted.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "tools/compare/doctor_facts.h"

namespace tare {

class PostgresProbe {
 public:
  // Connects and asks everything; a second or two. `source` is told on: "from --postgres".
  PostgresProbe(const PostgresEndpoint& endpoint, const std::string& source, std::stop_token stop);

  // Reads the counters again, to see what has grown since.
  PostgresFacts finish();

 private:
  void connect(const PostgresEndpoint& endpoint);
  std::optional<SqlRow> ask(const std::string& sql);
  std::optional<std::string> ask_text(const std::string& sql);
  std::optional<bool> ask_truth(const std::string& sql);
  void ask_all();
  void ask_who(const PostgresEndpoint& endpoint);
  void ask_activity();
  void ask_settings();
  void ask_privileges();
  void ask_exposure();
  std::map<std::string, int64_t> read_counters();

  std::stop_token stop_;
  PostgresFacts facts_;
  std::optional<PostgresControl> control_;
};

class RedisProbe {
 public:
  RedisProbe(const RedisEndpoint& endpoint, const std::string& source, std::stop_token stop);
  RedisFacts finish();

 private:
  std::optional<RedisValue> ask(const RedisCommand& command);
  std::map<std::string, std::string> ask_info(const std::string& section);
  void ask_all(const RedisEndpoint& endpoint);
  void ask_settings();
  void ask_permissions();
  void ask_exposure(const RedisEndpoint& endpoint);
  std::map<std::string, int64_t> read_counters();

  std::stop_token stop_;
  RedisFacts facts_;
  std::optional<RedisControl> control_;
};

}  // namespace tare
