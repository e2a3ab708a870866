#include "tools/report/progress_printer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "tools/report/cells.h"

namespace tare {
namespace {

constexpr auto kTerminalPause = std::chrono::milliseconds(100);
constexpr auto kLogPause = std::chrono::seconds(5);
constexpr int kUsualColumns = 80;

int columns_of(int file_descriptor) {
  winsize size{};
  if (::ioctl(file_descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualColumns;
  return size.ws_col;
}

}  // namespace

ProgressPrinter::ProgressPrinter()
    : ProgressPrinter(STDERR_FILENO,
                      ::isatty(STDERR_FILENO) ? ProgressMode::terminal : ProgressMode::log, 0,
                      style_for(STDERR_FILENO), [] { return std::chrono::steady_clock::now(); }) {}

ProgressPrinter::ProgressPrinter(int file_descriptor, ProgressMode mode, int columns, Style style,
                                 Clock clock)
    : file_descriptor_(file_descriptor),
      mode_(mode),
      columns_(columns),
      style_(style),
      clock_(std::move(clock)) {}

ProgressPrinter::~ProgressPrinter() {
  clear();
}

void ProgressPrinter::show(const Progress& progress) {
  if (mode_ == ProgressMode::silent) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto now = clock_();
  const auto pause = mode_ == ProgressMode::terminal
                         ? std::chrono::steady_clock::duration(kTerminalPause)
                         : std::chrono::steady_clock::duration(kLogPause);
  if (any_ && progress.stage == stage_ && now - last_ < pause) return;
  any_ = true;
  stage_ = progress.stage;
  last_ = now;
  if (mode_ == ProgressMode::log) {
    write(log_line(progress) + "\n");
    return;
  }
  // One column stays free: some terminals wrap as soon as the last one is written.
  const int columns = columns_ > 0 ? columns_ : columns_of(file_descriptor_);
  write("\r" + terminal_line(progress, columns - 1, style_) + "\x1b[K");
  on_line_ = true;
}

void ProgressPrinter::say(std::string_view line) {
  if (mode_ == ProgressMode::silent) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  write((on_line_ ? "\r\x1b[K" : "") + harmless(line) + "\n");
  on_line_ = false;
  if (mode_ == ProgressMode::terminal) any_ = false;  // the next show() brings the line back
}

void ProgressPrinter::clear() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!on_line_) return;
  write("\r\x1b[K");
  on_line_ = false;
}

void ProgressPrinter::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file_descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(size_t(written));
  }
}

}  // namespace tare
