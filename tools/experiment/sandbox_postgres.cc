#include "tools/experiment/sandbox_postgres.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "bench/drivers/postgres_connection.h"
#include "bench/model/errors.h"
#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_shared_memory.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kInitLimit{60};
constexpr std::uintmax_t kLogBytes = 1 << 20;  // a longer log is begun anew at the next start
const char* const kRole = "tare";

// Settings of a person's own server must not reach this one; messages in English, so that they can
// be searched for.
ProcessOptions server_program(const SandboxSetup& setup, const char* name) {
  ProcessOptions options;
  options.arguments = {(setup.binaries.postgres_bin / name).string(), "-D",
                       setup.postgres_data().string()};
  options.environment = {{"LC_ALL", "C.UTF-8"},
                         {"PGDATA", std::nullopt},
                         {"PGPORT", std::nullopt},
                         {"PGOPTIONS", std::nullopt},
                         {"PGCLIENTENCODING", std::nullopt},
                         {"PGDATESTYLE", std::nullopt},
                         {"PGTZ", std::nullopt}};
  options.user = setup.user.drop;
  options.working_folder = setup.folder;
  options.session = ProcessSession::own;
  return options;
}

std::string settings(const SandboxSetup& setup) {
  const bool loopback = setup.reach == SandboxReach::loopback;
  // Only what a private server needs, and what durability in production means; the rest stays
  // PostgreSQL's own default.
  return fmt::format(
      "# Written by tare at every start of this sandbox; ALTER SYSTEM wins over it.\n"
      "listen_addresses = '{}'\n"
      "port = {}\n"
      "unix_socket_directories = '{}'\n"
      "unix_socket_permissions = 0700\n"
      "max_connections = 100\n"
      "fsync = on\n"
      "synchronous_commit = on\n"
      "full_page_writes = on\n"
      "logging_collector = off\n{}",
      loopback ? "127.0.0.1" : "", setup.postgres_port, setup.folder.string(),
      preloads_statements(setup) ? "shared_preload_libraries = 'pg_stat_statements'\n"
                                   "pg_stat_statements.save = off\n"
                                 : "");
}

}  // namespace

ServerIdentity postgres_identity(const SandboxSetup& setup) {
  return {"PostgreSQL", "postgres", setup.postgres_data(), setup.postgres_log()};
}

std::string postgres_data_version(const SandboxSetup& setup) {
  std::string version = read_small_file(setup.postgres_data() / "PG_VERSION");
  while (!version.empty() && version.back() == '\n') version.pop_back();
  return version;
}

// Debian's layout, and the one of other packages.
bool preloads_statements(const SandboxSetup& setup) {
  const fs::path lib = setup.binaries.postgres_bin.parent_path() / "lib";
  return setup.statements == SandboxStatements::counted &&
         (fs::exists(lib / "pg_stat_statements.so") ||
          fs::exists(lib / "postgresql" / "pg_stat_statements.so"));
}

void make_postgres_data(const SandboxSetup& setup, std::stop_token stop) {
  const std::string password = random_password();
  const fs::path password_file = setup.folder / "postgres.pwfile";
  write_private_file(password_file, password + "\n", setup.user);
  write_private_file(setup.postgres_password(),
                     fmt::format("127.0.0.1:*:*:{}:{}\n", kRole, password), setup.user);
  ProcessOptions options = server_program(setup, "initdb");
  for (const char* argument :
       {"--no-sync", "--username", kRole, "--encoding", "UTF8", "--locale", "C.UTF-8",
        "--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile"}) {
    options.arguments.emplace_back(argument);
  }
  options.arguments.push_back(password_file.string());
  options.death_signal = SIGKILL;
  run_program(options, kInitLimit, stop);
  fs::remove(password_file);
  std::ofstream file(setup.postgres_data() / "postgresql.conf", std::ios::app);
  file << "\ninclude '../" << setup.postgres_settings().filename().string() << "'\n";
  if (!file.flush()) throw ServerError("cannot write postgresql.conf of the sandbox");
}

void start_postgres(const SandboxSetup& setup, ServerProcess& process) {
  connection_parameters(postgres_endpoint(setup), "tare");  // refuses a PGHOSTADDR before it starts
  write_private_file(setup.postgres_settings(), settings(setup), setup.user);
  std::error_code none_yet;
  if (fs::file_size(setup.postgres_log(), none_yet) > kLogBytes && !none_yet) {
    fs::remove(setup.postgres_log());
  }
  ProcessOptions options = server_program(setup, "postgres");
  options.output = ProcessOutput::log_file;
  options.log_file = setup.postgres_log();
  // SIGQUIT: it ends its backends and removes its shared memory, which SIGKILL would leave.
  if (setup.lifetime == SandboxLifetime::session) options.death_signal = SIGQUIT;
  process.start(options);
}

void clear_dead_postgres(const SandboxSetup& setup) {
  kill_server_processes(postgres_identity(setup));
  remove_shared_memory(setup.postgres_data());
  // Lock files with a pid that another program may have by now: PostgreSQL would refuse to start.
  std::error_code ignored;
  fs::remove(setup.postgres_data() / "postmaster.pid", ignored);
  std::vector<fs::path> sockets;  // of any port: the next start may use another
  for (const auto& entry : fs::directory_iterator(setup.folder, ignored)) {
    if (entry.path().filename().string().starts_with(".s.PGSQL.")) sockets.push_back(entry.path());
  }
  for (const fs::path& path : sockets) fs::remove(path, ignored);
}

bool postgres_is_ready(const SandboxSetup& setup) {
  const std::string host = setup.folder.string();
  const std::string port = std::to_string(setup.postgres_port);
  const std::array<const char*, 6> names = {"host", "port", "user", "dbname", "connect_timeout",
                                            nullptr};
  const std::array<const char*, 6> values = {host.c_str(), port.c_str(), kRole,
                                             "postgres",   "2",          nullptr};
  return PQpingParams(names.data(), values.data(), 0) == PQPING_OK;
}

PostgresEndpoint postgres_endpoint(const SandboxSetup& setup) {
  PostgresEndpoint endpoint;
  endpoint.host = setup.folder.string();
  endpoint.port = setup.postgres_port;
  endpoint.user = kRole;
  endpoint.database = "postgres";
  endpoint.options["options"] = " ";  // none: PGOPTIONS is for a person's own servers
  return endpoint;
}

}  // namespace tare
