// redis:// and unix: addresses. Nothing of the text is quoted in errors: it may be the password.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include "bench/drivers/target.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

constexpr size_t kLongestSocketPath = 107;  // bytes; the kernel's limit
constexpr int kMostDatabases = 1 << 24;
constexpr const char* kExample =
    "write redis://user:password@host:6379/0 or unix:/tmp/redis.sock?db=0";

class RedisAddress {
 public:
  RedisAddress(std::string_view text, const std::string& source) : rest_(text), source_(source) {}

  RedisEndpoint read() {
    const std::string scheme = take_scheme();
    const size_t query = rest_.find('?');
    const std::string_view after = query == std::string_view::npos ? "" : rest_.substr(query + 1);
    rest_ = rest_.substr(0, query);
    if (scheme == "redis") {
      read_host();
    } else {
      read_socket();
    }
    read_query(after);
    return endpoint_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw UsageError(fmt::format("{}: {}", source_, why));
  }

  std::string take_scheme() {
    const size_t colon = rest_.find(':');
    std::string scheme(rest_.substr(0, colon == std::string_view::npos ? 0 : colon));
    std::transform(scheme.begin(), scheme.end(), scheme.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    if (scheme == "rediss") {
      refuse(
          "rediss:// is TLS, which the Redis client library here cannot do: open a tunnel "
          "(stunnel, "
          "ssh -L 6380:localhost:6379 host) and name its end, redis://localhost:6380");
    }
    const bool socket = scheme == "unix" || scheme == "redis+unix" || scheme == "redis+socket";
    if (scheme != "redis" && !socket) refuse(fmt::format("is no address of a Redis; {}", kExample));
    rest_.remove_prefix(colon + 1);
    if (rest_.starts_with("//")) {
      rest_.remove_prefix(2);
    } else if (!socket) {
      refuse(fmt::format("lacks // after redis:; {}", kExample));
    }
    return scheme;
  }

  // "user:password@" or ":password@".
  void take_login() {
    const size_t at = rest_.rfind('@');
    if (at == std::string_view::npos) return;
    const std::string_view login = rest_.substr(0, at);
    const size_t colon = login.find(':');
    if (login.find_first_of("@/") != std::string_view::npos) {
      refuse("holds a @ or / before the @ of its host: in a password write %40 for @, %2F for /");
    }
    if (colon == std::string_view::npos) {
      refuse(
          "has no : before its @, so a user cannot be told from a password: write user:password@ "
          "or :password@ (or user:@, with the password in REDISCLI_AUTH)");
    }
    endpoint_.user = decoded(login.substr(0, colon));
    endpoint_.password = decoded(login.substr(colon + 1));
    rest_.remove_prefix(at + 1);
  }

  void read_host() {
    take_login();
    const size_t slash = rest_.find('/');
    std::string_view place = rest_.substr(0, slash);
    if (slash != std::string_view::npos && slash + 1 < rest_.size()) {
      endpoint_.database = number(rest_.substr(slash + 1), "database", 0, kMostDatabases);
    }
    std::string_view port;
    if (place.starts_with('[')) {
      const size_t end = place.find(']');
      if (end == std::string_view::npos) refuse("has a [ without its ]");
      port = place.substr(end + 1);
      if (!port.empty() && port.front() != ':') refuse("has something else than :port after ]");
      place = place.substr(1, end - 1);
    } else if (const size_t colon = place.find(':'); colon != std::string_view::npos) {
      port = place.substr(colon);
      place = place.substr(0, colon);
    }
    endpoint_.host = place.empty() ? "127.0.0.1" : decoded(place);
    if (port.size() > 1) endpoint_.port = number(port.substr(1), "port", 1, 65535);
  }

  void read_socket() {
    take_login();
    endpoint_.socket = decoded(rest_);
    if (!endpoint_.socket.starts_with('/')) {
      refuse(fmt::format("the socket's path must begin with /; {}", kExample));
    }
    if (endpoint_.socket.size() > kLongestSocketPath) {
      refuse(fmt::format("the socket's path has {} bytes, and {} are the most: use a shorter link",
                         endpoint_.socket.size(), kLongestSocketPath));
    }
  }

  void read_query(std::string_view query) {
    while (!query.empty()) {
      const size_t end = std::min(query.find('&'), query.size());
      const std::string_view pair = query.substr(0, end);
      query.remove_prefix(std::min(end + 1, query.size()));
      const size_t equals = std::min(pair.find('='), pair.size());
      const std::string_view name = pair.substr(0, equals);
      const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
      if (name == "db") {
        endpoint_.database = number(value, "database", 0, kMostDatabases);
      } else if (name == "user") {
        endpoint_.user = decoded(value);
      } else if (name == "password") {
        endpoint_.password = decoded(value);
      } else {
        refuse(
            "has a parameter after its ? other than db, user and password; in a password write "
            "%3F for ?");
      }
    }
  }

  int number(std::string_view text, const char* what, int least, int most) const {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
      refuse(fmt::format("its {} is no number from {} to {}; {}", what, least, most, kExample));
    }
    return value;
  }

  std::string decoded(std::string_view text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        out += text[i];
        continue;
      }
      unsigned value = 0;
      const std::string_view digits = text.substr(i + 1, 2);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
      if (error != std::errc() || end != digits.data() + 2 || value == 0) {
        refuse("has a % without two hex digits behind it: write %25 for a % itself");
      }
      out += char(value);
      i += 2;
    }
    return out;
  }

  std::string_view rest_;
  const std::string& source_;
  RedisEndpoint endpoint_;
};

}  // namespace

RedisEndpoint parse_redis(const std::string& text, const std::string& source) {
  return RedisAddress(text, source).read();
}

}  // namespace tare
