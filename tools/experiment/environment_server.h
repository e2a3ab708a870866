// PostgreSQL itself, and what it does beside the load, as groups of the environment.
// Level: experiment. Asks the server; no state.
#pragma once

#include "bench/model/environment_groups.h"
#include "tools/experiment/environment_queries.h"

namespace tare {

// "server": what was built and made; "settings": those that wait for a restart (the others are in
// Environment::postgres_settings); and the part of "maintenance" that is of the whole server.
EnvironmentGroups read_server_groups(EnvironmentQueries& queries);

}  // namespace tare
