// libpq handles that free themselves, and how to log in: one way for both paths.
// Level: drivers. Values; not thread safe.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
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
// find (PG* variables, service file, .pgpass). They hold the password: not for messages. Throws
// UsageError when PGHOSTADDR would overrule the host.
using ConnectionParameters = std::vector<std::pair<std::string, std::string>>;
ConnectionParameters connection_parameters(const PostgresEndpoint& endpoint,
                                           const std::string& application);

// Adds to what the server is told at connecting, "-c work_mem=5MB", behind the person's own (in the
// endpoint, else in PGOPTIONS): of two settings of one name the last one counts.
void add_server_options(const std::string& text, PostgresEndpoint& endpoint);

// The PG* variables with which another program's libpq makes the connection that ours makes for
// this endpoint, whatever the rest of its environment says: nullopt is one to take out (PGSERVICE
// goes before PGHOST and PGDATABASE). They hold the password: not for messages.
std::map<std::string, std::optional<std::string>> connection_variables(
    const PostgresEndpoint& endpoint);

// Starts connecting without waiting (PQconnectStartParams). The server ends a statement that runs
// longer than the limit, also when its client has gone; none: as the server is set.
PostgresHandle start_connecting(const PostgresEndpoint& endpoint, const char* application,
                                std::optional<std::chrono::milliseconds> statement_limit);

// Connects, for at most 5 s a host unless connect_timeout or PGCONNECT_TIMEOUT says otherwise.
// Throws ServerError (connection_failure's words), UsageError when the environment leads to another
// server than the one that is named, and Interrupted at once when the stop is set
// (only asking for a host's address may hold it up).
PostgresHandle connect_to(const PostgresEndpoint& endpoint, const char* application,
                          const std::stop_token& stop);

// libpq's last words on a connection: one line, and never the password.
std::string error_line(const pg_conn* connection);

// libpq's words on why it could not connect as one line that ends in what to do about it.
std::string connection_failure(const PostgresEndpoint& endpoint, const std::string& libpq_words);

}  // namespace tare
