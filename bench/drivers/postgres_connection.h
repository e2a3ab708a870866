// libpq handles that free themselves, and how to log in: one way for both paths.
// Level: drivers. Values; not thread safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
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

// libpq's keywords and values for this endpoint, only those that are said: the rest is libpq's to
// find (PG* variables, service file, .pgpass). They hold the password: not for messages.
using ConnectionParameters = std::vector<std::pair<std::string, std::string>>;
ConnectionParameters connection_parameters(const PostgresEndpoint& endpoint,
                                           const std::string& application);

// The same as one text, "host='x' port='5432'", values quoted.
std::string connection_string(const ConnectionParameters& parameters);

// Starts connecting without waiting (PQconnectStartParams). The server ends a statement that runs
// longer than the limit, also when its client has gone; 0: never.
PostgresHandle start_connecting(const PostgresEndpoint& endpoint, const char* application,
                                std::chrono::milliseconds statement_limit);

// libpq's last words on a connection: one line, and never the password.
std::string error_line(const pg_conn* connection);

// libpq's words on why it could not connect as one line that ends in what to do about it.
std::string connection_failure(const PostgresEndpoint& endpoint, const std::string& libpq_words);

}  // namespace tare
