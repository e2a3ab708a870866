// The questions that the tests of the sandbox ask; in a _test file so that only tests link them.
#include <hiredis/hiredis.h>
#include <libpq-fe.h>

#include "tools/experiment/sandbox_testing.h"

namespace tare {

std::string ask_postgres(const PostgresEndpoint& endpoint, const std::string& sql) {
  const std::string port = std::to_string(endpoint.port);
  const char* names[] = {"host", "port", "user", "dbname", "password", nullptr};
  const char* values[] = {endpoint.host.c_str(),     port.c_str(),
                          endpoint.user.c_str(),     endpoint.database.c_str(),
                          endpoint.password.c_str(), nullptr};
  PGconn* connection = PQconnectdbParams(names, values, 0);
  PGresult* result = PQexec(connection, sql.c_str());
  std::string answer;
  if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) > 0) {
    answer = PQgetvalue(result, 0, 0);
  } else if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    answer = std::string("error: ") + PQerrorMessage(connection);
  }
  PQclear(result);
  PQfinish(connection);
  return answer;
}

std::string ask_redis(const RedisEndpoint& endpoint, const char* command, RedisWay way) {
  redisContext* context = way == RedisWay::socket
                              ? redisConnectUnix(endpoint.socket.c_str())
                              : redisConnect(endpoint.host.c_str(), endpoint.port);
  std::string answer = "error: no connection";
  if (context != nullptr && context->err == 0) {
    if (!endpoint.password.empty()) {
      freeReplyObject(redisCommand(context, "AUTH %s", endpoint.password.c_str()));
    }
    auto* reply = static_cast<redisReply*>(redisCommand(context, command));
    if (reply != nullptr) {
      const bool number = reply->type == REDIS_REPLY_INTEGER;
      answer = number ? std::to_string(reply->integer) : reply->str != nullptr ? reply->str : "";
      if (reply->type == REDIS_REPLY_ERROR) answer = "error: " + answer;
      freeReplyObject(reply);
    }
  }
  if (context != nullptr) redisFree(context);
  return answer;
}

}  // namespace tare
