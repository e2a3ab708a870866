#include "tools/experiment/sandbox_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>

#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kTurn{10};
constexpr std::chrono::seconds kKillLimit{10};
constexpr int kTailLines = 12;

}  // namespace

bool is_server_process(pid_t pid, const ServerIdentity& identity) {
  const fs::path about = fmt::format("/proc/{}", pid);
  std::string name = read_small_file(about / "comm");
  if (!name.empty() && name.back() == '\n') name.pop_back();
  if (name != identity.name) return false;
  std::error_code error;
  const fs::path folder = fs::read_symlink(about / "cwd", error);  // a zombie has none
  return !error && folder == identity.folder;
}

std::vector<pid_t> find_server_processes(const ServerIdentity& identity) {
  std::vector<pid_t> found;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    pid_t pid = 0;
    const auto [rest, problem] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (problem != std::errc() || rest != name.data() + name.size()) continue;
    if (is_server_process(pid, identity)) found.push_back(pid);
  }
  return found;
}

void kill_server_processes(const ServerIdentity& identity) {
  const auto deadline = steady_clock::now() + kKillLimit;
  for (;;) {
    const std::vector<pid_t> found = find_server_processes(identity);
    if (found.empty()) return;
    for (const pid_t pid : found) {
      if (kill(pid, SIGKILL) != 0 && errno == EPERM) {
        throw ServerError(fmt::format("{} {} in {} runs as another user; run tare as that user",
                                      identity.title, pid, identity.folder.string()));
      }
    }
    if (steady_clock::now() >= deadline) {
      throw ServerError(fmt::format("{} {} in {} does not end; end it by hand", identity.title,
                                    found.front(), identity.folder.string()));
    }
    std::this_thread::sleep_for(kTurn);
  }
}

void ServerProcess::start(const ProcessOptions& options) {
  adopted_ = 0;
  child_.emplace(Subprocess::start(options));
}

bool ServerProcess::adopt(pid_t pid) {
  if (pid <= 0 || !is_server_process(pid, identity_)) return false;
  child_.reset();
  adopted_ = pid;
  return true;
}

pid_t ServerProcess::pid() const {
  return child_ ? child_->pid() : adopted_;
}

bool ServerProcess::running() {
  if (child_) return !child_->poll();
  return adopted_ > 0 && is_server_process(adopted_, identity_);
}

std::optional<std::string> ServerProcess::failure() {
  if (running()) return std::nullopt;
  std::string how = "is not running";
  if (child_) {
    const ExitStatus status = child_->poll().value();
    how = fmt::format("ended with {}", to_text(status));
  }
  const std::string tail = log_tail(identity_.log, kTailLines);
  return fmt::format("{} {}{}{}", identity_.title, how,
                     tail.empty() ? "" : "; the end of its log:\n", tail);
}

void ServerProcess::send(int signal) {
  if (child_) {
    child_->send(signal);
  } else if (running()) {
    kill(adopted_, signal);
  }
}

bool ServerProcess::wait(milliseconds limit, std::stop_token stop) {
  const auto deadline = steady_clock::now() + limit;
  while (running()) {
    if (stop.stop_requested()) throw Interrupted();
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kTurn);
  }
  return true;
}

void ServerProcess::release() {
  if (child_) child_->release();
  child_.reset();
  adopted_ = 0;
}

}  // namespace tare
