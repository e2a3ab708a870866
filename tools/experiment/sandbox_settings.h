// Settings of the sandbox's PostgreSQL that a change makes, and the way back, also after a crash:
// postgresql.auto.conf is kept aside before it is altered, and while the copy is there the settings
// are a change's.
// Level: experiment. Free functions on the sandbox's files and a connection to its server.
#pragma once

#include <map>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

// By ALTER SYSTEM, so that PostgreSQL judges names and values; in force after the next restart.
// Throws SqlError; then nothing is altered.
void set_postgres_settings(const SandboxSetup& setup, PostgresControl& postgres,
                           const std::map<std::string, std::string>& values);

// Whether there was something to put back. In force after a restart, or a reload where that will
// do.
bool put_postgres_settings_back(const SandboxSetup& setup);

}  // namespace tare
