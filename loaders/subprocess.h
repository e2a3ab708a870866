// Starts a program, reads what it says, waits for it and ends it. Never through a shell.
// Level: loaders. One thread per object. Owns the process: destroying the object kills and reaps a
// process that still runs, unless it was released.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/errors.h"

namespace tare {

// The program to start is not there; the message names it.
class ProgramNotFound : public UsageError {
  using UsageError::UsageError;
};

// Another user to run as; only root can ask for it.
struct ProcessUser {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  // the supplementary ones
};

// Where standard output and standard error go. With `pipe` read_line gives the first, and
// error_tail the end of the second.
enum class ProcessOutput { discarded, log_file, pipe };

enum class ProcessSession { shared, own };  // own: Ctrl-C at the terminal does not reach it

struct ProcessOptions {
  std::vector<std::string> arguments;  // the first is the program: a path, or a name found in PATH
  std::map<std::string, std::optional<std::string>> environment;  // set, or with nullopt taken out
  std::optional<ProcessUser> user;
  std::filesystem::path working_folder;  // empty: ours. Entered as `user`.
  ProcessOutput output = ProcessOutput::pipe;
  std::filesystem::path log_file;  // appended to; made with mode 0600 and given to `user`
  int death_signal = 0;  // sent by the kernel when the *thread* that called start ends; 0: none
  ProcessSession session = ProcessSession::shared;
};

struct ExitStatus {
  int code = 0;
  int signal = 0;  // 0: it ended by itself

  bool ok() const { return code == 0 && signal == 0; }
};

// "exit status 2", "signal 9 (Killed)".
std::string to_text(const ExitStatus& status);

class Subprocess {
 public:
  // Throws ProgramNotFound, or ServerError when the system refuses (the message says at what).
  static Subprocess start(const ProcessOptions& options);

  Subprocess(Subprocess&& other) noexcept;
  Subprocess& operator=(Subprocess&& other) noexcept;
  ~Subprocess();

  pid_t pid() const { return pid_; }

  // The status if it has ended; does not wait.
  std::optional<ExitStatus> poll();

  // Waits at most `limit`; nullopt: it still runs. A stop kills it and throws Interrupted. Output
  // that nobody reads is thrown away meanwhile, so that a full pipe never holds the program up.
  std::optional<ExitStatus> wait_for(std::chrono::milliseconds limit, std::stop_token stop);

  // The next line of standard output without its end; nullopt: there are no more. A stop kills the
  // program and throws Interrupted; a line over 16 MiB, or none before `until`, kills it and throws
  // ServerError.
  std::optional<std::string> read_line(
      std::stop_token stop,
      std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max());

  // The last 4 KiB of standard error read so far (with `pipe`).
  const std::string& error_tail() const { return error_tail_; }

  // Sends a signal to the process alone; nothing happens when it has ended.
  void send(int signal);

  // Sends `signal`, waits at most `grace`, then kills it (with its group, if it has its own).
  ExitStatus end(int signal, std::chrono::milliseconds grace);

  // It runs on without us; the object is empty afterwards.
  void release();

 private:
  Subprocess() = default;

  std::optional<std::string> buffered_line(std::size_t search_from);
  void pump(std::chrono::milliseconds limit);
  void close_pipes();
  void kill_and_reap();

  pid_t pid_ = -1;
  ProcessSession session_ = ProcessSession::shared;
  std::optional<ExitStatus> status_;
  int output_pipe_ = -1;
  int error_pipe_ = -1;
  std::string output_;  // read, not yet handed out
  std::size_t output_start_ = 0;
  std::string error_tail_;
};

// Runs a program to its end and gives back its whole standard output. Throws ServerError with the
// end of its standard error when it fails, says over 64 MiB or is not done within `limit`.
std::string run_program(const ProcessOptions& options, std::chrono::milliseconds limit,
                        std::stop_token stop);

// The full path of a program named as in ProcessOptions; nullopt: not found or not executable.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace tare
