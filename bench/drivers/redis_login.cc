#include "bench/drivers/redis_login.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace tare {
namespace {

struct Advice {
  std::string_view sign, words;
};

constexpr std::array<Advice, 9> kLoginAdvice = {{
    {"WRONGPASS", "check the user and check the password (REDISCLI_AUTH, or the one in REDIS_URL)"},
    {"NOAUTH", "give its password: in REDISCLI_AUTH or in REDIS_URL"},
    {"invalid password", "check the password (REDISCLI_AUTH, or the one in REDIS_URL)"},
    {"without any password configured", "it has no password: give none"},
    {"NOPERM", "the user may not do this: let it with ACL SETUSER, or name another user"},
    {"DB index is out of range", "it has fewer databases: name another (0 is always there)"},
    {"SELECT is not allowed in cluster", "a cluster has only database 0: name that"},
    {"LOADING", "it is still loading its data: try again when it is ready"},
    {"max number of clients", "it takes no more clients: close others, or raise maxclients"},
}};

constexpr std::array<Advice, 5> kConnectionAdvice = {{
    {"Connection refused", "Nothing listens there. Is it running? If it is, check host and port"},
    {"No such file", "There is no such socket. Is it running? If it is, check the socket's path"},
    {"ermission denied", "This user may not open the socket: check its mode (unixsocketperm)"},
    {"not known", "The host is unknown: check its spelling, and DNS"},
    {"resolution", "The host is unknown: check its spelling, and DNS"},
}};

template <class Table>
std::string_view advice_on(const Table& table, const std::string& words, std::string_view other) {
  for (const Advice& known : table) {
    if (words.find(known.sign) != std::string::npos) return known.words;
  }
  return other;
}

}  // namespace

std::vector<std::vector<std::string>> login_commands(const RedisEndpoint& endpoint) {
  std::vector<std::vector<std::string>> commands;
  if (!endpoint.user.empty()) {
    commands.push_back({"AUTH", endpoint.user, endpoint.password});
  } else if (!endpoint.password.empty()) {
    commands.push_back({"AUTH", endpoint.password});
  }
  if (endpoint.database != 0) commands.push_back({"SELECT", std::to_string(endpoint.database)});
  return commands;
}

std::string login_failure(const RedisEndpoint& endpoint, const std::string& redis_words) {
  // "ERR unknown command 'AUTH', with args beginning with: ..." quotes the password.
  const std::string words = redis_words.substr(0, redis_words.find(", with args"));
  return fmt::format("Redis at {} does not let us in: {}; {}", public_text(endpoint), words,
                     advice_on(kLoginAdvice, words, "try again when it is ready"));
}

std::string redis_connection_failure(const RedisEndpoint& endpoint, const std::string& reason) {
  return fmt::format("cannot connect to Redis at {}: {}. {}", public_text(endpoint), reason,
                     advice_on(kConnectionAdvice, reason,
                               "Is it running? If it is, check the socket or host and port"));
}

}  // namespace tare
