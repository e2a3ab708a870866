// libpq handles that free themselves, and how to log in.
// Level: drivers. Values; not thread safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "bench/model/endpoint.h"

struct pg_conn;
struct pg_result;

namespace tare {

struct CloseConnection {
  void operator()(pg_conn* connection) const;
};
struct ClearResult {
  void operator()(pg_result* result) const;
};
using PostgresHandle = std::unique_ptr<pg_conn, CloseConnection>;
using PostgresResult = std::unique_ptr<pg_result, ClearResult>;

// Starts connecting without waiting (PQconnectStartParams). The server ends a statement that runs
// longer than the limit, also when its client has gone; 0: never.
PostgresHandle start_connecting(const PostgresEndpoint& endpoint, const char* application,
                                std::chrono::milliseconds statement_limit);

// libpq's last words on a connection: one line, and never the password.
std::string error_line(const pg_conn* connection);

}  // namespace tare
