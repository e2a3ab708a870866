#include "bench/drivers/postgres_connection.h"

#include <libpq-fe.h>

namespace tare {

void CloseConnection::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void ClearResult::operator()(pg_result* result) const {
  PQclear(result);
}

PostgresHandle start_connecting(const PostgresEndpoint& endpoint, const char* application,
                                std::chrono::milliseconds statement_limit) {
  const std::string options = "-c statement_timeout=" + std::to_string(statement_limit.count());
  const std::string port = std::to_string(endpoint.port);
  const char* names[] = {"host",    "port", "user", "dbname", "password", "application_name",
                         "options", nullptr};
  const char* values[] = {
      endpoint.host.c_str(),     port.c_str(), endpoint.user.c_str(), endpoint.database.c_str(),
      endpoint.password.c_str(), application,  options.c_str(),       nullptr};
  return PostgresHandle(PQconnectStartParams(names, values, 0));
}

std::string error_line(const pg_conn* connection) {
  std::string text = PQerrorMessage(connection);
  text.resize(text.find('\n') == std::string::npos ? text.size() : text.find('\n'));
  return text;
}

}  // namespace tare
