// The start of a process: between fork and exec only calls that are safe in a threaded program.
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include "loaders/subprocess.h"

extern char** environ;

namespace tare {
namespace {

// What the child was doing when the system refused; sent back with errno.
enum class Stage : int { session, user, folder, death_signal, output, program };

struct Refusal {
  Stage stage;
  int error;
};

// Closes what is still open when a start fails.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }

  int get() const { return value_; }
  int take() { return std::exchange(value_, -1); }
  void reset(int value = -1) {
    if (value_ >= 0) close(value_);
    value_ = value;
  }

 private:
  int value_ = -1;
};

// Everything the child needs, made before fork.
struct Prepared {
  std::string program;
  std::vector<char*> arguments;
  std::vector<std::string> environment_text;
  std::vector<char*> environment;
  Descriptor input, output, error;
};

// Above 2, so that connecting 0, 1 and 2 in the child overwrites none that is still needed.
int above_standard(int opened) {
  if (opened < 0 || opened > 2) return opened;
  const int moved = fcntl(opened, F_DUPFD_CLOEXEC, 3);
  close(opened);
  return moved;
}

void make_pipe(Descriptor& reading, Descriptor& writing) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw ServerError(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  reading.reset(above_standard(ends[0]));
  writing.reset(above_standard(ends[1]));
}

int open_or_throw(const std::string& path, int flags) {
  const int opened = above_standard(open(path.c_str(), flags | O_CLOEXEC, 0600));
  if (opened < 0) {
    throw ServerError(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  return opened;
}

int open_log(const ProcessOptions& options) {
  const int opened =
      open_or_throw(options.log_file.string(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
  if (options.user && fchown(opened, options.user->user, options.user->group) != 0) {
    const int error = errno;
    close(opened);
    throw ServerError(fmt::format("cannot give {} to user {}: {}", options.log_file.string(),
                                  options.user->user, std::strerror(error)));
  }
  return opened;
}

void fill_environment(const ProcessOptions& options, Prepared& prepared) {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!options.environment.contains(text.substr(0, text.find('=')))) {
      prepared.environment_text.push_back(text);
    }
  }
  for (const auto& [name, value] : options.environment) {
    if (value) prepared.environment_text.push_back(name + "=" + *value);
  }
  for (std::string& text : prepared.environment_text) prepared.environment.push_back(text.data());
  prepared.environment.push_back(nullptr);
}

// Raw system calls: the ones of the C library would signal threads that the child does not have.
bool become(const ProcessUser& user) {
  return syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         syscall(SYS_setresgid, user.group, user.group, user.group) == 0 &&
         syscall(SYS_setresuid, user.user, user.user, user.user) == 0;
}

void reset_signals() {
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGCHLD}) {
    signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Libraries open descriptors that would survive exec (hiredis does); a server must not hold them.
void close_on_exec_from(int first) {
  if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  for (int number = first; number < 65536; ++number) fcntl(number, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void refuse(int pipe, Stage stage) {
  const Refusal refusal{stage, errno};
  [[maybe_unused]] const ssize_t written = write(pipe, &refusal, sizeof refusal);
  _exit(127);
}

[[noreturn]] void run_child(const ProcessOptions& options, const Prepared& prepared, int pipe,
                            pid_t parent) {
  if (options.session == ProcessSession::own && setsid() < 0) refuse(pipe, Stage::session);
  if (options.user && !become(*options.user)) refuse(pipe, Stage::user);
  if (!options.working_folder.empty() && chdir(options.working_folder.c_str()) != 0) {
    refuse(pipe, Stage::folder);
  }
  if (options.death_signal != 0) {  // after the change of user, which would clear it
    if (prctl(PR_SET_PDEATHSIG, options.death_signal) != 0) refuse(pipe, Stage::death_signal);
    if (getppid() != parent) _exit(127);  // it died before we asked
  }
  if (dup2(prepared.input.get(), 0) < 0 || dup2(prepared.output.get(), 1) < 0 ||
      dup2(prepared.error.get(), 2) < 0) {
    refuse(pipe, Stage::output);
  }
  close_on_exec_from(3);
  reset_signals();
  execve(prepared.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  refuse(pipe, Stage::program);
}

std::string explain(const ProcessOptions& options, const std::string& program, Refusal refusal) {
  const std::string as_user = options.user ? fmt::format(" as user {}", options.user->user) : "";
  const std::string why = std::strerror(refusal.error);
  switch (refusal.stage) {
    case Stage::session:
      return fmt::format("cannot start {} in a session of its own: {}", program, why);
    case Stage::user:
      return fmt::format("cannot start {}{}: {}", program, as_user, why);
    case Stage::folder:
      return fmt::format("cannot enter the folder {}{}: {}", options.working_folder.string(),
                         as_user, why);
    case Stage::death_signal:
      return fmt::format("cannot tie {} to this process: {}", program, why);
    case Stage::output:
      return fmt::format("cannot connect the output of {}: {}", program, why);
    case Stage::program:
      break;
  }
  return fmt::format("cannot run {}{}: {}", program, as_user, why);
}

void prepare_output(const ProcessOptions& options, Prepared& prepared, Descriptor& output_pipe,
                    Descriptor& error_pipe) {
  prepared.input.reset(open_or_throw("/dev/null", O_RDONLY));
  if (options.output == ProcessOutput::pipe) {
    make_pipe(output_pipe, prepared.output);
    make_pipe(error_pipe, prepared.error);
    fcntl(output_pipe.get(), F_SETFL, O_NONBLOCK);
    fcntl(error_pipe.get(), F_SETFL, O_NONBLOCK);
    return;
  }
  const bool discarded = options.output == ProcessOutput::discarded;
  prepared.output.reset(discarded ? open_or_throw("/dev/null", O_WRONLY) : open_log(options));
  prepared.error.reset(fcntl(prepared.output.get(), F_DUPFD_CLOEXEC, 3));
}

// nullopt: the program runs.
std::optional<Refusal> read_refusal(int pipe) {
  Refusal refusal{};
  ssize_t length = 0;
  do {
    length = read(pipe, &refusal, sizeof refusal);
  } while (length < 0 && errno == EINTR);
  if (length != sizeof refusal) return std::nullopt;
  return refusal;
}

}  // namespace

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    struct stat found {};
    return stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
           access(path.c_str(), X_OK) == 0;
  };
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    if (!runs(name)) return std::nullopt;
    return std::filesystem::path(name);
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (folder.empty() ? "." : folder) + "/" + name;
    if (runs(candidate)) return std::filesystem::path(candidate);
  }
  return std::nullopt;
}

Subprocess Subprocess::start(const ProcessOptions& options) {
  const std::string name = options.arguments.empty() ? "" : options.arguments.front();
  const auto program = find_program(name);
  if (!program) {
    throw ProgramNotFound(fmt::format("the program {} is not installed or not executable", name));
  }
  Prepared prepared;
  prepared.program = std::filesystem::absolute(*program).string();
  for (const std::string& argument : options.arguments) {
    prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  prepared.arguments.push_back(nullptr);
  fill_environment(options, prepared);
  Descriptor output_pipe, error_pipe, refusal_reading, refusal_writing;
  prepare_output(options, prepared, output_pipe, error_pipe);
  make_pipe(refusal_reading, refusal_writing);

  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) {
    throw ServerError(fmt::format("cannot start {}: {}", name, std::strerror(errno)));
  }
  if (child == 0) run_child(options, prepared, refusal_writing.get(), parent);
  refusal_writing.reset();
  if (const auto refusal = read_refusal(refusal_reading.get())) {
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    throw ServerError(explain(options, prepared.program, *refusal));
  }
  Subprocess result;
  result.pid_ = child;
  result.session_ = options.session;
  result.output_pipe_ = output_pipe.take();
  result.error_pipe_ = error_pipe.take();
  return result;
}

}  // namespace tare
