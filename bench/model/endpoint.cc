#include "bench/model/endpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace tare {
namespace {

std::string in_brackets(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

std::string before_at(const std::string& user) {
  return user.empty() ? "" : user + "@";
}

}  // namespace

std::string public_text(const PostgresEndpoint& endpoint) {
  const bool socket = endpoint.host.starts_with("/");
  const std::string port = endpoint.port == 0 ? "" : std::to_string(endpoint.port);
  std::string text = "postgresql://" + before_at(endpoint.user);
  std::vector<std::string> rest;
  if (socket) {
    rest.push_back("host=" + endpoint.host);
    if (!port.empty()) rest.push_back("port=" + port);
  } else {
    text += in_brackets(endpoint.host);
    if (!port.empty()) text += ":" + port;
  }
  text += "/" + endpoint.database;
  // Of the other keywords only those that say where; some are secrets (sslpassword).
  for (const char* name : {"service", "hostaddr", "port", "sslmode"}) {
    const auto found = endpoint.options.find(name);
    if (found != endpoint.options.end()) rest.push_back(fmt::format("{}={}", name, found->second));
  }
  return rest.empty() ? text : fmt::format("{}?{}", text, fmt::join(rest, "&"));
}

std::string public_text(const RedisEndpoint& endpoint) {
  if (!endpoint.socket.empty()) {
    return fmt::format("unix:{}?db={}{}", endpoint.socket, endpoint.database,
                       endpoint.user.empty() ? "" : "&user=" + endpoint.user);
  }
  return fmt::format("redis://{}{}:{}/{}", before_at(endpoint.user), in_brackets(endpoint.host),
                     endpoint.port, endpoint.database);
}

bool is_local(const RedisEndpoint& endpoint) {
  return !endpoint.socket.empty() || endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

}  // namespace tare
