#include "tools/experiment/environment.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "bench/model/version.h"
#include "loaders/subprocess.h"

namespace tare {
namespace {

// Where a sandbox happens to lie is no property of the arm.
const std::set<std::string> kPlaces = {
    "unix_socket_directories", "data_directory",  "config_file", "hba_file", "ident_file", "port",
    "application_name",        "listen_addresses"};

Settings postgres_settings(PostgresControl& postgres) {
  Settings settings;
  for (const auto& row :
       postgres.query("SELECT name, current_setting(name) FROM pg_settings "
                      "WHERE source NOT IN ('default', 'client', 'override') ORDER BY name")) {
    if (!kPlaces.contains(*row[0])) settings.emplace(*row[0], row[1].value_or(""));
  }
  return settings;
}

Settings redis_settings(RedisControl& redis) {
  return redis.config({"appendonly", "appendfsync", "save", "maxmemory", "maxmemory-policy", "hz",
                       "io-threads", "lazyfree-lazy-expire", "latency-tracking"});
}

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

Settings host() {
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

std::string git_revision(std::stop_token stop) {
  ProcessOptions git;
  git.arguments = {"git", "describe", "--always", "--dirty", "--abbrev=40"};
  try {
    std::string revision = run_program(git, std::chrono::seconds(5), stop);
    while (!revision.empty() && revision.back() == '\n') revision.pop_back();
    return revision;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::runtime_error&) {
    return "none";  // no git, or no repository
  }
}

}  // namespace

Environment read_environment(PostgresControl& postgres, RedisControl& redis,
                             const Scenario& scenario, std::string file_system,
                             std::stop_token stop) {
  Environment environment;
  auto server = redis.info("server");
  environment.versions = {{"tare", kVersion},
                          {"compiler", __VERSION__},
                          {"libpq", std::to_string(PQlibVersion())},
                          {"postgres", postgres.value("SHOW server_version")},
                          {"redis", server["redis_version"]}};
  environment.postgres_settings = postgres_settings(postgres);
  environment.redis_settings = redis_settings(redis);
  environment.host = host();
  const Load& load = scenario.load;
  environment.generator = {
      {"wait_mode", "block"},
      {"workers", std::to_string(load.workers)},
      {"connections",
       fmt::format("postgres {}, redis {}", load.postgres_connections, load.redis_connections)},
      {"protocol", "prepared"},
      {"socket", "unix"},
      {"seed", std::to_string(scenario.seed)}};
  environment.file_system = std::move(file_system);
  environment.git_revision = git_revision(stop);
  return environment;
}

}  // namespace tare
