// All groups of the environment, read when a trial's change is applied and before its load.
// Level: experiment. Asks the servers and the machine; no state.
#pragma once

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/environment_groups.h"
#include "tools/experiment/environment.h"

namespace tare {

// What Environment's other fields do not hold already. Some tens of milliseconds, and bounded: each
// question to PostgreSQL ends after 3 s. What a server refuses to tell is noted in its group.
// Throws ServerError and Interrupted.
EnvironmentGroups read_environment_groups(PostgresControl& postgres, RedisControl& redis,
                                          const EnvironmentOf& of);

}  // namespace tare
