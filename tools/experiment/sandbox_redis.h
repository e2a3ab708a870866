// The private Redis of a sandbox. Level: experiment. One thread per object; that thread must
// outlive a session's server, because the kernel ends the server with it.
#pragma once

#include "bench/model/endpoint.h"
#include "tools/experiment/sandbox_process.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

ServerIdentity redis_identity(const SandboxSetup& setup);

// Writes the settings and starts the server; it is not ready yet. Makes its data folder if missing.
void start_redis(const SandboxSetup& setup, ServerProcess& process);

// Empties its data folder; the server must not run.
void empty_redis_data(const SandboxSetup& setup);

// Does it answer PING (and not "loading")? Bounded by 2 s.
bool redis_is_ready(const SandboxSetup& setup);

// With a password when it is on loopback: the socket asks for it as well.
RedisEndpoint redis_endpoint(const SandboxSetup& setup);

}  // namespace tare
