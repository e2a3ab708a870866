// The private PostgreSQL of a sandbox: made with initdb, started, asked whether it is ready,
// stopped. Level: experiment. One thread per object; that thread must outlive a session's server,
// because the kernel ends the server with it.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "bench/model/endpoint.h"
#include "tools/experiment/sandbox_process.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

ServerIdentity postgres_identity(const SandboxSetup& setup);

// The version of the server that made the data ("15"); empty: there is no data.
std::string postgres_data_version(const SandboxSetup& setup);

// Makes the data folder: role tare (a password is needed on loopback only), C.UTF-8, not synced.
// Throws ServerError with what initdb said.
void make_postgres_data(const SandboxSetup& setup, std::stop_token stop);

// Writes the settings and starts the server; it is not ready yet.
void start_postgres(const SandboxSetup& setup, ServerProcess& process);

// Removes what a server that was killed left: processes, lock files, shared memory.
void clear_dead_postgres(const SandboxSetup& setup);

// Does it take connections now? Bounded by 2 s.
bool postgres_is_ready(const SandboxSetup& setup);

// Whether it preloads pg_stat_statements: it is asked to, and its programs have the library.
bool preloads_statements(const SandboxSetup& setup);

PostgresEndpoint postgres_endpoint(const SandboxSetup& setup);

}  // namespace tare
