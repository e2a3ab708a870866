// One server process of a sandbox: a child of ours, or one that an earlier tare left running.
// Level: experiment. One thread per object. Destroying it kills a child that was not released.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "loaders/subprocess.h"

namespace tare {

// How the kernel shows that a process is this server: its name and its working folder, which is the
// data folder of one sandbox and of nothing else.
struct ServerIdentity {
  std::string title;             // "PostgreSQL"
  std::string name;              // "postgres"
  std::filesystem::path folder;  // the data folder
  std::filesystem::path log;
};

bool is_server_process(pid_t pid, const ServerIdentity& identity);

// Every process of that server, its helpers included.
std::vector<pid_t> find_server_processes(const ServerIdentity& identity);

// Kills them all and waits until they are gone. Throws ServerError when one stays for 10 s.
void kill_server_processes(const ServerIdentity& identity);

class ServerProcess {
 public:
  explicit ServerProcess(ServerIdentity identity) : identity_(std::move(identity)) {}

  void start(const ProcessOptions& options);

  // Takes over a running one; false: there is no such process, or it is another program's.
  bool adopt(pid_t pid);

  // 0: there is none.
  pid_t pid() const;

  // nullopt: it runs. Else a sentence with the exit status or signal and the end of its log.
  std::optional<std::string> failure();

  void send(int signal);

  // Waits until it has ended; false: it runs on after `limit`. Throws Interrupted.
  bool wait(std::chrono::milliseconds limit, std::stop_token stop);

  // It runs on without us.
  void release();

  const ServerIdentity& identity() const { return identity_; }

 private:
  bool running();

  ServerIdentity identity_;
  std::optional<Subprocess> child_;
  pid_t adopted_ = 0;
};

}  // namespace tare
