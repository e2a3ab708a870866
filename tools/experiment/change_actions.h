// Carries out what a change file says: apply and rollback, on SQL and Redis.
// Level: experiment. Writes to the servers it is given; no state.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/change.h"
#include "tools/experiment/event_log.h"

namespace tare {

enum class ActionList { apply, rollback };

// Runs the list's actions in order. Throws FileProblems naming the change file and the action that
// failed ("/apply/1/sql"); those before it have been carried out.
void carry_out(const Change& change, ActionList list, PostgresControl& postgres,
               RedisControl& redis, EventLog& log);

}  // namespace tare
