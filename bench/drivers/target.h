// A target: the person's own servers, from the command line or the environment.
// Level: drivers. Pure functions but process_environment(); safe from any thread.
//
// Reading the environment is the person's choice, because without one the sandbox is used. The
// values of --postgres and --redis:
//
//   --postgres   a libpq URI or key=value text; `env`: from the environment; `none`
//   --redis      redis://user:password@host:6379/0 or unix:/tmp/redis.sock?db=0; `env`; `none`
//
// `env` is DATABASE_URL, else libpq's own settings when PGHOST, PGHOSTADDR, PGSERVICE or PGDATABASE
// is set (libpq reads them itself, with .pgpass and service files); and REDIS_URL, whose password
// may stand in REDISCLI_AUTH. When only one of the two is given, the other is looked for in the
// environment, and may be missing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/endpoint.h"

namespace tare {

struct Target {
  std::optional<PostgresEndpoint> postgres;
  std::optional<RedisEndpoint> redis;
  std::string postgres_source, redis_source;  // "from --postgres", "from DATABASE_URL"; or empty
  std::vector<std::string> warnings;          // each says what to do
};

using EnvironmentVariables = std::map<std::string, std::string>;
EnvironmentVariables process_environment();

// The values of both options, empty when they are not given. Nothing is given: nullopt, use the
// sandbox. Throws UsageError naming the option or variable: a text that cannot be read, `env`
// without a variable, both `none`. No message holds any part of a password.
std::optional<Target> read_target(const std::string& postgres, const std::string& redis,
                                  const EnvironmentVariables& environment);

// One URI or text. `source` names it in errors: "--postgres", "REDIS_URL".
PostgresEndpoint parse_postgres(const std::string& text, const std::string& source);
RedisEndpoint parse_redis(const std::string& text, const std::string& source);

}  // namespace tare
