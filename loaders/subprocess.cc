#include "loaders/subprocess.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tare {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kTailBytes = 4096;
constexpr std::size_t kLineBytes = std::size_t{16} << 20;
constexpr std::size_t kOutputBytes = std::size_t{64} << 20;
constexpr milliseconds kTurn{20};  // how late a stop or an exit may be noticed

ExitStatus from_wait(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

void keep_tail(std::string& text) {
  if (text.size() > kTailBytes) text.erase(0, text.size() - kTailBytes);
}

// Reads what is there; closes the pipe at its end.
void drain(int& pipe, std::string& into) {
  std::array<char, 65536> buffer{};
  const ssize_t length = read(pipe, buffer.data(), buffer.size());
  if (length > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(length));
  } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
    close(pipe);
    pipe = -1;
  }
}

}  // namespace

std::string to_text(const ExitStatus& status) {
  if (status.signal != 0) {
    return fmt::format("signal {} ({})", status.signal, strsignal(status.signal));
  }
  return fmt::format("exit status {}", status.code);
}

Subprocess::Subprocess(Subprocess&& other) noexcept {
  *this = std::move(other);
}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this == &other) return *this;
  kill_and_reap();
  pid_ = std::exchange(other.pid_, -1);
  session_ = other.session_;
  status_ = std::exchange(other.status_, std::nullopt);
  output_pipe_ = std::exchange(other.output_pipe_, -1);
  error_pipe_ = std::exchange(other.error_pipe_, -1);
  output_ = std::move(other.output_);
  output_start_ = std::exchange(other.output_start_, 0);
  error_tail_ = std::move(other.error_tail_);
  return *this;
}

Subprocess::~Subprocess() {
  kill_and_reap();
}

void Subprocess::kill_and_reap() {
  if (pid_ > 0 && !status_) end(SIGKILL, milliseconds(0));
  close_pipes();
}

void Subprocess::close_pipes() {
  for (int* pipe : {&output_pipe_, &error_pipe_}) {
    if (*pipe >= 0) close(*pipe);
    *pipe = -1;
  }
}

void Subprocess::release() {
  close_pipes();
  pid_ = -1;
  status_.reset();
}

std::optional<ExitStatus> Subprocess::poll() {
  if (status_ || pid_ <= 0) return status_;
  int status = 0;
  const pid_t ended = waitpid(pid_, &status, WNOHANG);
  if (ended == pid_) status_ = from_wait(status);
  if (ended < 0 && errno == ECHILD) status_ = ExitStatus{};  // reaped elsewhere: unknown
  return status_;
}

void Subprocess::send(int signal) {
  if (pid_ > 0 && !poll()) kill(pid_, signal);
}

ExitStatus Subprocess::end(int signal, milliseconds grace) {
  send(signal);
  const auto deadline = steady_clock::now() + grace;
  for (milliseconds pause{1}; !poll() && steady_clock::now() < deadline;) {
    pump(pause);
    pause = std::min(pause * 2, kTurn);
  }
  // The whole group while its leader is not reaped: its number cannot be another's yet.
  if (!poll() && pid_ > 0) kill(session_ == ProcessSession::own ? -pid_ : pid_, SIGKILL);
  while (!poll() && pid_ > 0) pump(milliseconds(1));
  return status_.value_or(ExitStatus{});
}

// Waits at most `limit` for output and takes it; without pipes it only sleeps.
void Subprocess::pump(milliseconds limit) {
  std::array<pollfd, 2> wanted{{{output_pipe_, POLLIN, 0}, {error_pipe_, POLLIN, 0}}};
  ::poll(wanted.data(), wanted.size(), static_cast<int>(limit.count()));
  if (output_pipe_ >= 0 && wanted[0].revents != 0) drain(output_pipe_, output_);
  if (error_pipe_ >= 0 && wanted[1].revents != 0) {
    drain(error_pipe_, error_tail_);
    keep_tail(error_tail_);
  }
}

std::optional<ExitStatus> Subprocess::wait_for(milliseconds limit, std::stop_token stop) {
  const auto deadline = steady_clock::now() + limit;
  for (milliseconds pause{1}; !poll(); pause = std::min(pause * 2, kTurn)) {
    if (stop.stop_requested()) {
      end(SIGTERM, milliseconds(500));
      throw Interrupted();
    }
    if (steady_clock::now() >= deadline) return std::nullopt;
    pump(pause);
    output_.clear();
    output_start_ = 0;
  }
  while (error_pipe_ >= 0) {  // what it said last
    const std::string before = error_tail_;
    pump(milliseconds(0));
    if (error_tail_ == before) break;
  }
  return status_;
}

std::optional<std::string> Subprocess::buffered_line(std::size_t search_from) {
  const std::size_t line_end = output_.find('\n', search_from);
  if (line_end == std::string::npos) return std::nullopt;
  std::string line = output_.substr(output_start_, line_end - output_start_);
  output_start_ = line_end + 1;
  return line;
}

std::optional<std::string> Subprocess::read_line(std::stop_token stop,
                                                 steady_clock::time_point until) {
  for (std::size_t searched = output_start_;;) {
    if (stop.stop_requested()) {
      end(SIGTERM, milliseconds(500));
      throw Interrupted();
    }
    if (auto line = buffered_line(searched)) return line;
    output_.erase(0, std::exchange(output_start_, 0));
    searched = output_.size();
    if (output_pipe_ < 0) {
      if (output_.empty()) return std::nullopt;
      return std::exchange(output_, std::string());
    }
    if (searched > kLineBytes || steady_clock::now() >= until) {
      end(SIGKILL, milliseconds(0));
      throw ServerError(searched > kLineBytes ? "a line of more than 16 MiB"
                                              : "not done within the time allowed");
    }
    pump(kTurn);
  }
}

std::string run_program(const ProcessOptions& options, milliseconds limit, std::stop_token stop) {
  const auto deadline = steady_clock::now() + limit;
  Subprocess process = Subprocess::start(options);
  const auto fail = [&](const std::string& why) {
    const std::string& said = process.error_tail();
    throw ServerError(fmt::format("{} failed: {}{}{}", options.arguments.front(), why,
                                  said.empty() ? "" : "\n", said));
  };
  std::string text;
  try {
    while (auto line = process.read_line(stop, deadline)) {
      text += *line + '\n';
      if (text.size() > kOutputBytes) throw ServerError("it says more than 64 MiB");
    }
  } catch (const ServerError& error) {
    fail(error.what());
  }
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  const auto status = process.wait_for(std::max(left, milliseconds(100)), stop);
  if (!status) fail("it did not end");
  if (!status->ok()) fail(to_text(*status));
  return text;
}

}  // namespace tare
