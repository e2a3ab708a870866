// Where the servers are and how to log in. Level: model. Plain values; never written to a result.
#pragma once

#include <string>

namespace tare {

struct PostgresEndpoint {
  std::string host;  // a socket folder ("/tmp/x") or an address ("127.0.0.1")
  int port = 5432;
  std::string user;
  std::string database;
  std::string password;  // empty: none
};

struct RedisEndpoint {
  std::string socket;  // path of a Unix socket; empty: host and port
  std::string host;
  int port = 6379;
  std::string password;  // empty: none
};

}  // namespace tare
