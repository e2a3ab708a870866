// Where the servers are and how to log in. Level: model. Plain values; never written to a result.
#pragma once

#include <map>
#include <string>

namespace tare {

// What is empty (or 0) is not passed to libpq, which then takes it from the PG* variables, the
// service file, .pgpass, or its own default.
struct PostgresEndpoint {
  std::string host;  // a socket folder ("/tmp/x"), an address or a name
  int port = 5432;
  std::string user;
  std::string database;
  std::string password;                             // empty: none
  std::map<std::string, std::string> options = {};  // libpq's other keywords: sslmode, service ...
};

struct RedisEndpoint {
  std::string socket;  // path of a Unix socket; empty: host and port
  std::string host;    // an address or a name
  int port = 6379;
  std::string password;   // empty: none
  std::string user = {};  // of the ACL; empty: the default user
  int database = 0;
};

// What may stand in messages, never the password: "postgresql://user@host:5432/database" (a socket
// as "postgresql://user@/database?host=/tmp/x&port=5432"), "redis://user@host:6379/0",
// "unix:/tmp/redis.sock?db=0". What is left to libpq is left out.
std::string public_text(const PostgresEndpoint& endpoint);
std::string public_text(const RedisEndpoint& endpoint);

// Whether it is reached without a network: by a socket or by the loopback.
bool is_local(const RedisEndpoint& endpoint);

}  // namespace tare
