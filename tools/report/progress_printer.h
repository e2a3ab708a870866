// Shows progress while work runs: on a terminal one line that rewrites itself, elsewhere plain
// lines: one at every change of stage and otherwise at most one every 5 s.
// Level: report. Thread safe. Borrows the file descriptor; a failed write is ignored.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "tools/report/progress_line.h"

namespace tare {

enum class ProgressMode { terminal, log, silent };

class ProgressPrinter {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  // To standard error: a terminal when it is one, else a log.
  ProgressPrinter();

  // `columns` 0: ask the terminal at each line.
  ProgressPrinter(int file_descriptor, ProgressMode mode, int columns, Style style, Clock clock);
  ~ProgressPrinter();  // clears the line
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  // May be called often: a terminal is rewritten at most 10 times a second within a stage.
  void show(const Progress& progress);

  // A line of its own above the progress: a warning, a finished stage.
  void say(std::string_view line);

  // Takes the rewritten line away, before something else is printed.
  void clear();

 private:
  void write(std::string_view text);

  const int file_descriptor_;
  const ProgressMode mode_;
  const int columns_;
  const Style style_;
  const Clock clock_;
  std::mutex mutex_;
  bool on_line_ = false;  // a line is on the terminal
  std::string stage_;
  std::chrono::steady_clock::time_point last_{};
  bool any_ = false;
};

}  // namespace tare
