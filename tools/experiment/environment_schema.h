// The schema of the working database and its extensions, as groups of the environment.
// Level: experiment. Asks the server; no state.
#pragma once

#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/model/environment_groups.h"
#include "tools/experiment/environment_queries.h"

namespace tare {

// What a row of schema_queries() speaks of.
struct SchemaObject {
  std::string kind;        // "index"
  std::string name;        // "public.comment comment_created": the relation it hangs on first
  std::string definition;  // on one line; of a function's body only the digest
};
SchemaObject schema_object(const SqlRow& row);

// "schema" and "extensions": every object that loaders/schema_text.h knows, but the settings of
// databases and roles, which "settings" has in force.
EnvironmentGroups read_schema_groups(EnvironmentQueries& queries);

}  // namespace tare
