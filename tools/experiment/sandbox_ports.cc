#include "tools/experiment/sandbox_ports.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bench/model/errors.h"

namespace tare {
namespace {

// Holds the port until both are chosen, so that the two differ.
class Reservation {
 public:
  Reservation(const char* server, int port) {
    if (port < 0 || port > 65535) {
      throw UsageError(fmt::format("the port {} for {} must be from 1 to 65535", port, server));
    }
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;  // as the servers do: a port with only old connections is free
    setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    socklen_t size = sizeof address;
    if (bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(descriptor_, 1) != 0) {
      const int error = errno;
      close(descriptor_);
      throw ServerError(fmt::format(
          "port {} for {} cannot be used on 127.0.0.1: {}; stop what uses it, name another with "
          "--{}-port, or leave the option out and tare takes a free one",
          port, server, std::strerror(error), server[0] == 'P' ? "postgres" : "redis"));
    }
    getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() { close(descriptor_); }

  int port() const { return port_; }

 private:
  int descriptor_ = -1;
  int port_ = 0;
};

}  // namespace

SandboxPorts choose_ports(SandboxPorts wanted) {
  if (wanted.postgres != 0 && wanted.postgres == wanted.redis) {
    throw UsageError(fmt::format("PostgreSQL and Redis cannot both use the port {}", wanted.redis));
  }
  const Reservation postgres("PostgreSQL", wanted.postgres);
  const Reservation redis("Redis", wanted.redis);
  return {postgres.port(), redis.port()};
}

}  // namespace tare
