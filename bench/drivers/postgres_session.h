// One measured PostgreSQL connection: libpq without blocking, every statement prepared.
// Level: drivers. Lives on its worker's loop and thread. What libpq allocates is its own.
#pragma once

#include <memory>
#include <vector>

#include "bench/engine/asio_loop.h"
#include "bench/engine/session.h"
#include "bench/engine/traffic.h"
#include "bench/model/endpoint.h"

namespace tare {

// `calls` are Traffic::sql_calls(); they must outlive the session. The server ends a statement
// that runs longer than `timeout`: nobody waits for it any more, and it would slow the next ones.
std::unique_ptr<Session> make_postgres_session(AsioLoop& loop, const PostgresEndpoint& endpoint,
                                               const std::vector<SqlCall>& calls,
                                               Nanoseconds timeout);

}  // namespace tare
