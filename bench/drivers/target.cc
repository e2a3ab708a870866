#include "bench/drivers/target.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>

#include "bench/model/errors.h"

namespace tare {
namespace {

constexpr const char* kFromEnvironment = "env";
constexpr const char* kNone = "none";

const std::string* find(const EnvironmentVariables& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

// "PGHOST and PGDATABASE" are what says that libpq knows where to go; empty: nothing does.
std::string libpq_settings(const EnvironmentVariables& environment) {
  std::string names;
  for (const char* name : {"PGSERVICE", "PGHOST", "PGHOSTADDR", "PGDATABASE"}) {
    if (!find(environment, name)) continue;
    names += (names.empty() ? "" : " and ") + std::string(name);
  }
  return names;
}

void postgres_from_environment(const EnvironmentVariables& environment, Target& target) {
  if (const std::string* url = find(environment, "DATABASE_URL")) {
    target.postgres = parse_postgres(*url, "DATABASE_URL");
    target.postgres_source = "from DATABASE_URL";
  } else if (const std::string names = libpq_settings(environment); !names.empty()) {
    target.postgres.emplace();
    target.postgres->port = 0;
    target.postgres_source = "from " + names;
  }
}

void redis_from_environment(const EnvironmentVariables& environment, Target& target) {
  if (const std::string* url = find(environment, "REDIS_URL")) {
    target.redis = parse_redis(*url, "REDIS_URL");
    target.redis_source = "from REDIS_URL";
  }
}

void warn_of_secret(const char* option, const char* instead, Target& target) {
  target.warnings.push_back(fmt::format(
      "the password in {} stood in the list of processes until tare had read and overwritten it, "
      "and stands in the shell's history: change it if others use this machine, and give it as {}",
      option, instead));
}

void read_postgres(const std::string& text, const EnvironmentVariables& environment,
                   Target& target) {
  if (text == kNone) return;
  if (text.empty()) {
    try {
      postgres_from_environment(environment, target);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}; --postgres none leaves it out", error.what()));
    }
    return;
  }
  if (text == kFromEnvironment) {
    postgres_from_environment(environment, target);
    if (!target.postgres) {
      throw UsageError(
          "--postgres env: neither DATABASE_URL nor PGHOST, PGHOSTADDR, PGSERVICE or PGDATABASE "
          "is set: set one, or write --postgres postgresql://user@host:5432/database");
    }
    return;
  }
  target.postgres = parse_postgres(text, "--postgres");
  target.postgres_source = "from --postgres";
  if (!target.postgres->password.empty() || target.postgres->options.contains("sslpassword")) {
    warn_of_secret("--postgres", "~/.pgpass, a service file, PGPASSWORD or DATABASE_URL", target);
  }
}

void read_redis(const std::string& text, const EnvironmentVariables& environment, Target& target) {
  if (text == kNone) return;
  if (text.empty() || text == kFromEnvironment) {
    redis_from_environment(environment, target);
    if (text == kFromEnvironment && !target.redis) {
      throw UsageError(
          "--redis env: REDIS_URL is not set: set it, or write --redis redis://host:6379/0");
    }
  } else {
    target.redis = parse_redis(text, "--redis");
    target.redis_source = "from --redis";
    if (!target.redis->password.empty()) {
      warn_of_secret("--redis", "REDISCLI_AUTH or REDIS_URL", target);
    }
  }
  const std::string* password = find(environment, "REDISCLI_AUTH");
  if (target.redis && target.redis->password.empty() && password) {
    target.redis->password = *password;
    target.redis_source += ", password from REDISCLI_AUTH";
  }
}

}  // namespace

EnvironmentVariables process_environment() {
  EnvironmentVariables variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::optional<Target> read_target(const std::string& postgres, const std::string& redis,
                                  const EnvironmentVariables& environment) {
  if (postgres.empty() && redis.empty()) return std::nullopt;
  Target target;
  read_postgres(postgres, environment, target);
  read_redis(redis, environment, target);
  if (!target.postgres && !target.redis) {
    throw UsageError(
        "no server is named: give --postgres or --redis, or leave both out for the sandbox");
  }
  return target;
}

}  // namespace tare
