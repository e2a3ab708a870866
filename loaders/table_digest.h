// Digests of what tables hold, to tell whether two servers have the same rows.
// Level: loaders. Reads every row; no state.
#pragma once

#include <map>
#include <string>

#include "bench/drivers/postgres_control.h"

namespace tare {

// By table ("public.post"), of all schemas that are the user's: the number of rows and a sum over
// them that does not depend on their order. Errors as in PostgresControl.
std::map<std::string, std::string> table_digests(PostgresControl& database);

}  // namespace tare
