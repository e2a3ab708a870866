#include "tools/experiment/environment.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "bench/model/version.h"
#include "loaders/subprocess.h"
#include "tools/experiment/forecast_words.h"

namespace tare {
namespace {

// Where a sandbox happens to lie is no property of the arm.
const std::set<std::string> kPlaces = {
    "unix_socket_directories", "data_directory",  "config_file", "hba_file", "ident_file", "port",
    "application_name",        "listen_addresses"};

// They may hold a password or an address: whether they are the same is all that matters.
const std::set<std::string> kHidden = {"primary_conninfo",        "ssl_passphrase_command",
                                       "archive_command",         "restore_command",
                                       "archive_cleanup_command", "recovery_end_command"};

// What a sandbox is started with so that its statements are counted is no choice of a person's; one
// that a change makes stands in another file.
constexpr const char* kOfTheLooks =
    "name IN ('shared_preload_libraries', 'pg_stat_statements.save') AND "
    "coalesce(sourcefile, '') LIKE '%/postgres.conf'";

}  // namespace

Settings recorded_settings(PostgresControl& postgres) {
  Settings settings;
  for (const auto& row :
       postgres.query("SELECT name, current_setting(name) FROM pg_settings "
                      "WHERE source NOT IN ('default', 'client', 'override') AND NOT (" +
                      std::string(kOfTheLooks) + ") ORDER BY name")) {
    if (kPlaces.contains(*row[0])) continue;
    const std::string value = row[1].value_or("");
    settings.emplace(*row[0], kHidden.contains(*row[0]) ? "digest " + digest_of(value) : value);
  }
  return settings;
}

Settings recorded_settings(RedisControl& redis) {
  // Not all of them: some are secrets.
  return redis.config({"appendonly",
                       "appendfsync",
                       "no-appendfsync-on-rewrite",
                       "auto-aof-rewrite-percentage",
                       "aof-use-rdb-preamble",
                       "save",
                       "maxmemory",
                       "maxmemory-policy",
                       "maxmemory-samples",
                       "maxmemory-clients",
                       "maxclients",
                       "lfu-decay-time",
                       "lfu-log-factor",
                       "hz",
                       "dynamic-hz",
                       "active-expire-effort",
                       "activerehashing",
                       "activedefrag",
                       "io-threads",
                       "io-threads-do-reads",
                       "lazyfree-lazy-expire",
                       "lazyfree-lazy-eviction",
                       "lazyfree-lazy-server-del",
                       "lazyfree-lazy-user-del",
                       "hash-max-listpack-entries",
                       "hash-max-listpack-value",
                       "list-max-listpack-size",
                       "set-max-intset-entries",
                       "zset-max-listpack-entries",
                       "zset-max-listpack-value",
                       "notify-keyspace-events",
                       "slowlog-log-slower-than",
                       "latency-monitor-threshold",
                       "latency-tracking",
                       "timeout",
                       "tcp-keepalive"});
}

namespace {

std::string first_value(const char* file, const std::string& field) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(field)) continue;
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

}  // namespace

Settings recorded_host() {
  Settings host;
  utsname name{};
  if (uname(&name) == 0) host["kernel"] = fmt::format("{} {}", name.sysname, name.release);
  if (std::string cpu = first_value("/proc/cpuinfo", "model name"); !cpu.empty()) {
    host["cpu"] = cpu;
  }
  host["cores"] = std::to_string(sysconf(_SC_NPROCESSORS_ONLN));
  host["memory_bytes"] =
      std::to_string(int64_t(sysconf(_SC_PHYS_PAGES)) * int64_t(sysconf(_SC_PAGESIZE)));
  double load = 0;
  if (getloadavg(&load, 1) == 1) host["load_average_1m"] = fmt::format("{:.2f}", load);
  return host;
}

namespace {

// What git says, without the line breaks at its end; nothing without git or a repository.
std::optional<std::string> ask_git(std::vector<std::string> arguments, std::stop_token stop) {
  ProcessOptions git;
  git.arguments = std::move(arguments);
  git.arguments.insert(git.arguments.begin(), "git");
  try {
    std::string answer = run_program(git, std::chrono::seconds(5), stop);
    while (!answer.empty() && answer.back() == '\n') answer.pop_back();
    return answer;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

}  // namespace

namespace {

std::string socket_of(const EnvironmentOf& of) {
  const bool local = of.postgres.host.empty() || of.postgres.host.starts_with("/");
  const std::string postgres = local ? "unix" : "tcp",
                    redis = of.redis.socket.empty() ? "tcp" : "unix";
  return postgres == redis ? postgres : fmt::format("postgres {}, redis {}", postgres, redis);
}

}  // namespace

Environment read_environment(PostgresControl& postgres, RedisControl& redis,
                             const EnvironmentOf& of, std::stop_token stop) {
  Environment environment;
  auto server = redis.info("server");
  environment.versions = {{"tare", kVersion},
                          {"compiler", __VERSION__},
                          {"libpq", std::to_string(PQlibVersion())},
                          {"postgres", postgres.value("SHOW server_version")},
                          {"redis", server["redis_version"]}};
  environment.postgres_settings = recorded_settings(postgres);
  try {
    environment.redis_settings = recorded_settings(redis);
  } catch (const RedisError&) {
    // A target's user may not be allowed CONFIG: then nothing is known of them in both arms.
  }
  environment.host = recorded_host();
  const Load& load = of.scenario.load;
  environment.generator = {
      {"wait_mode", "block"},
      {"workers", std::to_string(load.workers)},
      {"connections",
       fmt::format("postgres {}, redis {}", load.postgres_connections, load.redis_connections)},
      {"protocol", kProtocolNames[size_t(load.protocol)]},
      {"watches", fmt::format("auto_explain {}, waits {}", load.auto_explain ? "on" : "off",
                              load.sample_waits ? "on" : "off")},
      {"arrivals", arrivals_in_words(load.arrivals)},
      {"socket", socket_of(of)},
      {"servers", of.servers},
      {"seed", std::to_string(of.scenario.seed)}};
  environment.file_system = of.file_system;
  environment.git_revision =
      ask_git({"describe", "--always", "--dirty", "--abbrev=40"}, stop).value_or("none");
  return environment;
}

std::string files_not_committed(std::stop_token stop) {
  return ask_git({"diff", "--stat", "HEAD"}, stop).value_or("");
}

}  // namespace tare
