// Both servers of a sandbox together: they start, stop and become ready side by side.
// Level: experiment. One thread per object. The destructor kills servers that were not released.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "tools/experiment/sandbox_process.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

class SandboxServers {
 public:
  explicit SandboxServers(const SandboxSetup& setup);

  // Makes PostgreSQL's data if there is none, starts both and waits at most `limit` until both take
  // requests. Throws ServerError with the end of a log, Interrupted.
  void start(const SandboxSetup& setup, std::chrono::seconds limit, std::stop_token stop);

  // A clean end, all data written; at most 120 s. Throws ServerError, Interrupted.
  void stop_cleanly(std::stop_token stop);

  // What servers that died left: helper processes, lock files, shared memory. None may run.
  void clear_leftovers(const SandboxSetup& setup);

  // The quick end, for data that nobody needs; nothing of the servers is left. Throws ServerError.
  void discard(const SandboxSetup& setup);

  // true: both run and are taken over.
  bool adopt(pid_t postgres, pid_t redis);

  std::optional<std::string> failure();
  pid_t postgres_pid() const { return postgres_.pid(); }
  pid_t redis_pid() const { return redis_.pid(); }
  void release();

 private:
  ServerProcess postgres_;
  ServerProcess redis_;
};

}  // namespace tare
