// What a connection of the load knows of its own prepared statements when the load is over.
// Level: drivers. Asks the server, on a connection that has nothing in flight; no state.
#pragma once

#include <cstddef>

#include "bench/engine/session.h"

struct pg_conn;

namespace tare {

// pg_prepared_statements of this connection alone: how often each of the `statements` that it was
// told by prepared_name() was run with a generic plan, and how often with one made for its values.
// Servers before 14 do not count it, and a pooler's connections are not the server's: then it says
// so. Waits at most `patience`; after that the connection is of no more use.
SessionReport read_plan_use(pg_conn& connection, size_t statements, Nanoseconds patience);

}  // namespace tare
