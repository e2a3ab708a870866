// A sandbox: private PostgreSQL and Redis servers in one folder, durable as in production, on Unix
// sockets that only their user reaches.
// Level: experiment. One thread per object; the thread that starts or restarts a session's servers
// must outlive them (the kernel ends them with that thread, so that kill -9 of tare leaves none).
// Owns its servers and its folder: the destructor stops and removes those of a session; those of a
// kept sandbox run on.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "bench/model/endpoint.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

struct SandboxOptions {
  using Reach = SandboxReach;
  using Lifetime = SandboxLifetime;

  std::filesystem::path folder;        // empty: a temporary one. A kept sandbox needs one.
  std::filesystem::path postgres_bin;  // empty: the newest that is installed
  std::filesystem::path redis_server;  // empty: the one in PATH
  Reach reach = Reach::sockets;
  int postgres_port = 0;  // for loopback; 0: a free one
  int redis_port = 0;
  Lifetime lifetime = Lifetime::session;
  SandboxStatements statements = SandboxStatements::counted;
};

enum class RedisData { kept, emptied };

class Sandbox {
 public:
  // Removes what dead sessions left, makes the folder and starts both servers; returns when both
  // take requests, after 60 s at most. A kept sandbox whose servers are down starts with its data.
  // Throws UsageError (folder), ServerError (program missing, port taken, server does not start;
  // with the end of its log), Interrupted. After a throw nothing is left of a new sandbox, and the
  // data of an old one is untouched.
  static Sandbox start(const SandboxOptions& options, std::stop_token stop);

  // Takes a kept sandbox that runs, for this process alone. Throws UsageError (it is none, another
  // tare uses it: names its pid), ServerError (a server is down: says how to start it).
  static Sandbox attach(const std::filesystem::path& folder, std::stop_token stop);

  Sandbox(Sandbox&& other) noexcept;
  Sandbox& operator=(Sandbox&& other) noexcept;
  ~Sandbox();

  PostgresEndpoint postgres() const;  // role tare (a superuser), database postgres, on the socket
  RedisEndpoint redis() const;        // on the socket; with loopback also host, port and password

  // Stops both servers cleanly and starts them again on the same data and sockets. Throws as start.
  // A kept sandbox is brought up again before Interrupted is thrown.
  void restart(std::stop_token stop, RedisData redis_data = RedisData::kept);

  // Cheap: nullopt while both servers run; else which one died, how, and the end of its log.
  std::optional<std::string> failure();

  // The type of the file system with the data: on tmpfs an fsync costs nothing and means nothing.
  std::string file_system() const;

  // Whether it outlives this process.
  bool kept() const;

  const SandboxSetup& setup() const;
  pid_t postgres_pid() const;
  pid_t redis_pid() const;

  // Stops both servers and removes what starting made; also of a kept sandbox. Throws ServerError.
  void stop();

 private:
  struct Parts;
  explicit Sandbox(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace tare
