// What both servers of a sandbox are started with, and the names of the files in its folder.
// Level: experiment. Plain values.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "loaders/subprocess.h"

namespace tare {

enum class SandboxReach { sockets, loopback };  // loopback: Unix sockets and ports of 127.0.0.1
enum class SandboxLifetime {
  session,
  kept
};  // kept: the servers outlive the tare that started them

// Whether PostgreSQL is to count statements (pg_stat_statements), where its programs can.
enum class SandboxStatements { counted, not_counted };

// Who the servers run as.
struct ServerUser {
  std::string name;                 // for messages
  std::optional<ProcessUser> drop;  // set when tare is root: what to become
  uid_t id = 0;
};

struct ServerBinaries {
  std::filesystem::path postgres_bin;  // the folder of initdb and postgres
  std::string postgres_version;        // "15.18"
  std::filesystem::path redis_server;
  std::string redis_version;  // "7.0.15"

  int postgres_major() const;
};

struct SandboxSetup {
  std::filesystem::path folder;
  ServerUser user;
  ServerBinaries binaries;
  SandboxReach reach = SandboxReach::sockets;
  SandboxLifetime lifetime = SandboxLifetime::session;
  SandboxStatements statements = SandboxStatements::counted;
  int postgres_port = 5432;  // also part of the socket's name
  int redis_port = 0;        // 0: none

  std::filesystem::path postgres_data() const { return folder / "postgres"; }
  std::filesystem::path postgres_settings() const { return folder / "postgres.conf"; }
  std::filesystem::path postgres_log() const { return folder / "postgres.log"; }
  std::filesystem::path postgres_password() const { return folder / "postgres.pgpass"; }
  std::filesystem::path postgres_socket() const {
    return folder / (".s.PGSQL." + std::to_string(postgres_port));
  }
  std::filesystem::path redis_data() const { return folder / "redis"; }
  std::filesystem::path redis_settings() const { return folder / "redis.conf"; }
  std::filesystem::path redis_log() const { return folder / "redis.log"; }
  std::filesystem::path redis_password() const { return folder / "redis.password"; }
  std::filesystem::path redis_socket() const { return folder / "redis.sock"; }
};

}  // namespace tare
