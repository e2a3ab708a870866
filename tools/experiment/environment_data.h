// What the tables hold and what PostgreSQL believes of it, as groups of the environment: sizes and
// column statistics, never a value. Level: experiment. Asks the server; no state.
#pragma once

#include <string>

#include "bench/model/environment_groups.h"
#include "tools/experiment/environment_queries.h"

namespace tare {

// "data": tables and indexes, each "rows=... pages=...", and which copy of a load they are;
// "statistics": columns and extended statistics; and the part of "maintenance" that is told table
// by table. `template_database` is what the working database is a copy of; empty: it is none, and
// what was written since is not known. At most about 2,000 tables and indexes and as many columns,
// those whose tables come first by name.
EnvironmentGroups read_data_groups(EnvironmentQueries& queries,
                                   const std::string& template_database);

}  // namespace tare
