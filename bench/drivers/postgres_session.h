// One measured PostgreSQL connection: libpq without blocking, statements sent as the scenario says.
// Level: drivers. Lives on its worker's loop and thread. What libpq allocates is its own.
#pragma once

#include <memory>
#include <vector>

#include "bench/drivers/canary.h"
#include "bench/engine/asio_loop.h"
#include "bench/engine/session.h"
#include "bench/engine/traffic.h"
#include "bench/model/endpoint.h"

namespace tare {

struct PostgresSessionOptions {
  // The server ends a statement that runs longer: nobody waits for it any more, and it would slow
  // the next ones.
  Nanoseconds timeout{};
  Protocol protocol = Protocol::prepared;
  CanaryOptions canary = {};
};

// `calls` are Traffic::sql_calls(); they must outlive the session.
std::unique_ptr<Session> make_postgres_session(AsioLoop& loop, const PostgresEndpoint& endpoint,
                                               const std::vector<SqlCall>& calls,
                                               const PostgresSessionOptions& options);

}  // namespace tare
