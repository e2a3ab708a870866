#include "tools/experiment/sandbox_binaries.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <vector>

#include "bench/model/errors.h"
#include "loaders/subprocess.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr int kOldestPostgres = 13;
constexpr std::chrono::seconds kAnswerLimit{10};

bool has_server(const fs::path& folder) {
  return find_program((folder / "postgres").string()) && find_program((folder / "initdb").string());
}

// The first number in a folder's name: 15 of "/usr/lib/postgresql/15", 16 of "/usr/pgsql-16".
int number_in(const std::string& name) {
  const std::size_t digit = name.find_first_of("0123456789");
  return digit == std::string::npos ? 0 : std::atoi(name.c_str() + digit);
}

fs::path newest_installed() {
  fs::path best;
  int best_number = 0;
  for (const auto& [root, prefix] : {std::pair{"/usr/lib/postgresql", ""}, {"/usr", "pgsql-"}}) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(root, ignored)) {
      const std::string name = entry.path().filename().string();
      const int number = name.starts_with(prefix) ? number_in(name) : 0;
      if (number > best_number && has_server(entry.path() / "bin")) {
        best = entry.path() / "bin";
        best_number = number;
      }
    }
  }
  return best;
}

fs::path find_postgres_bin(const fs::path& wanted) {
  if (!wanted.empty()) {
    if (has_server(wanted)) return fs::absolute(wanted);
    throw ServerError(fmt::format(
        "{} holds no PostgreSQL server: --postgres-bin wants the folder with the programs initdb "
        "and postgres, for example /usr/lib/postgresql/15/bin",
        wanted.string()));
  }
  if (fs::path newest = newest_installed(); !newest.empty()) return newest;
  if (const auto found = find_program("postgres"); found && has_server(found->parent_path())) {
    return fs::absolute(found->parent_path());
  }
  throw ServerError(
      "no PostgreSQL server is installed: install one (Debian, Ubuntu: apt install postgresql), or "
      "name the folder of its programs with --postgres-bin");
}

// What the program says about its version, with the text before and after it cut off.
std::string ask_version(const fs::path& program, const std::string& before, const ServerUser& user,
                        std::stop_token stop) {
  ProcessOptions options;
  options.arguments = {program.string(), "--version"};
  options.user = user.drop;  // that user must be able to run it
  const std::string text = run_program(options, kAnswerLimit, stop);
  const std::size_t start = text.find(before);
  if (start == std::string::npos) {
    throw ServerError(fmt::format("{} does not say its version: {}", program.string(), text));
  }
  const std::size_t first = start + before.size();
  return text.substr(first, text.find_first_of(" \n", first) - first);
}

}  // namespace

int ServerBinaries::postgres_major() const {
  return number_in(postgres_version);
}

ServerBinaries find_server_binaries(const fs::path& postgres_bin, const fs::path& redis_server,
                                    const ServerUser& user, std::stop_token stop) {
  ServerBinaries found;
  found.postgres_bin = find_postgres_bin(postgres_bin);
  const auto redis = find_program(redis_server.empty() ? "redis-server" : redis_server.string());
  if (!redis && !redis_server.empty()) {
    throw ServerError(fmt::format("there is no program {} that can be run as redis-server",
                                  redis_server.string()));
  }
  if (!redis) {
    throw ServerError(
        "redis-server is not installed: install it (Debian, Ubuntu: apt install redis-server), or "
        "put its folder in PATH");
  }
  found.redis_server = fs::absolute(*redis);
  found.postgres_version =
      ask_version(found.postgres_bin / "postgres", "(PostgreSQL) ", user, stop);
  found.redis_version = ask_version(found.redis_server, " v=", user, stop);
  if (found.postgres_major() < kOldestPostgres) {
    throw ServerError(fmt::format("PostgreSQL {} in {} is too old: tare wants {} or newer",
                                  found.postgres_version, found.postgres_bin.string(),
                                  kOldestPostgres));
  }
  return found;
}

}  // namespace tare
