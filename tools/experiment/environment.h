// What the figures of a run depend on besides the scenario and the change.
// Level: experiment. Asks the servers and the machine; no state.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/result.h"
#include "bench/model/scenario.h"

namespace tare {

struct EnvironmentOf {
  const Scenario& scenario;
  PostgresEndpoint postgres;  // as the load connects
  RedisEndpoint redis;
  std::string file_system;
  std::string servers;                         // "sandbox", or what the target is called
  std::string template_database = {};          // the working one is a copy of it; empty: of none
  std::string start = {};                      // how a trial begins: "warm cache, restarted"
  std::vector<std::string> key_patterns = {};  // of the scenario's keys
};

// What a machine does not know of itself is left out, and so are settings that a target's user may
// not read; a server that does not answer throws.
Environment read_environment(PostgresControl& postgres, RedisControl& redis,
                             const EnvironmentOf& of, std::stop_token stop);

// Its parts: the settings that are not PostgreSQL's defaults, those of Redis that matter, and the
// machine. Refusals throw SqlError and RedisError.
Settings recorded_settings(PostgresControl& postgres);
Settings recorded_settings(RedisControl& redis);
Settings recorded_host();

// `git diff --stat HEAD` of the folder tare was started in; empty: nothing, or no repository.
std::string files_not_committed(std::stop_token stop);

}  // namespace tare
