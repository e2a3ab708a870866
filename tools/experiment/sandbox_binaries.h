// Finds the programs of the servers. Level: experiment. Free functions, safe from any thread.
#pragma once

#include <filesystem>
#include <stop_token>

#include "tools/experiment/sandbox_setup.h"

namespace tare {

// `redis_server` empty: the one in PATH. `postgres_bin` empty: the newest of
// /usr/lib/postgresql/*/bin and /usr/pgsql-*/bin, else PATH. Throws ServerError that says what to
// install or which option to give, when one is missing, does not run as `user`, or is a PostgreSQL
// before 13.
ServerBinaries find_server_binaries(const std::filesystem::path& postgres_bin,
                                    const std::filesystem::path& redis_server,
                                    const ServerUser& user, std::stop_token stop);

}  // namespace tare
