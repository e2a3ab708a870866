#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "tools/report/cells.h"
#include "tools/report/progress_line.h"
#include "tools/report/progress_printer.h"

namespace tare {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Progress measuring() {
  Progress progress;
  progress.stage = "pair 2 of 4, contender: measure";
  progress.elapsed = seconds(65);
  progress.remaining = seconds(3700);
  progress.rate_per_s = 1998.4;
  progress.p99_ns = 1'234'000;
  progress.detail = "warm";
  return progress;
}

TEST(ProgressLine, SaysEverythingItKnows) {
  EXPECT_EQ(log_line(measuring()),
            "pair 2 of 4, contender: measure | 1:05, 1:01:40 left | 1998/s | p99 1.23 ms | warm");
  Progress bare;
  bare.stage = "load";
  EXPECT_EQ(log_line(bare), "load | 0:00");
}

TEST(ProgressLine, FitsItsColumns) {
  const Style utf8{Colour::off, Characters::utf8};
  for (int columns = -1; columns < 100; ++columns) {
    for (const Style& style : {utf8, Style()}) {
      EXPECT_LE(width_of(terminal_line(measuring(), columns, style)), size_t(std::max(columns, 0)));
    }
  }
  EXPECT_EQ(terminal_line(measuring(), 10, utf8), "pair 2 of…");
  EXPECT_EQ(terminal_line(measuring(), 10, Style()), "pair 2 o..");
  EXPECT_EQ(terminal_line(measuring(), 200, utf8),
            "pair 2 of 4, contender: measure · 1:05, 1:01:40 left · 1998/s · p99 1.23 ms · warm");
}

// A pipe, and a clock that stands until it is moved.
class ProgressPrinterTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(pipe_), 0); }
  void TearDown() override {
    ::close(pipe_[0]);
    if (pipe_[1] >= 0) ::close(pipe_[1]);
  }
  ProgressPrinter::Clock clock() {
    return [this] { return std::chrono::steady_clock::time_point(now_); };
  }
  std::string printed() {
    ::close(pipe_[1]);
    pipe_[1] = -1;
    std::string out;
    char buffer[4096];
    for (ssize_t n; (n = ::read(pipe_[0], buffer, sizeof buffer)) > 0;)
      out.append(buffer, size_t(n));
    return out;
  }
  Progress stage(const std::string& name) {
    Progress progress;
    progress.stage = name;
    return progress;
  }

  int pipe_[2] = {-1, -1};
  std::chrono::steady_clock::duration now_ = seconds(1000);
};

TEST_F(ProgressPrinterTest, LogsStagesAndEveryFiveSeconds) {
  {
    ProgressPrinter printer(pipe_[1], ProgressMode::log, 80, {}, clock());
    printer.show(stage("load"));
    printer.show(stage("load"));
    now_ += milliseconds(4999);
    printer.show(stage("load"));
    printer.show(stage("warm up"));
    now_ += seconds(5);
    printer.show(stage("warm up"));
    printer.say("a warning");
    printer.show(stage("warm up"));
  }
  EXPECT_EQ(printed(), "load | 0:00\nwarm up | 0:00\nwarm up | 0:00\na warning\n");
}

TEST_F(ProgressPrinterTest, RewritesOneLineOnATerminal) {
  {
    ProgressPrinter printer(pipe_[1], ProgressMode::terminal, 12, {}, clock());
    printer.show(stage("a"));
    now_ += milliseconds(99);
    printer.show(stage("a"));
    now_ += milliseconds(1);
    printer.show(stage("a"));
    printer.show(stage("a long stage"));
    printer.say("said");
    printer.show(stage("b"));
  }
  EXPECT_EQ(printed(),
            "\ra | 0:00\x1b[K\ra | 0:00\x1b[K\ra long st..\x1b[K"
            "\r\x1b[Ksaid\n\rb | 0:00\x1b[K\r\x1b[K");
}

TEST_F(ProgressPrinterTest, SaysNothingWhenSilent) {
  {
    ProgressPrinter printer(pipe_[1], ProgressMode::silent, 80, {}, clock());
    printer.show(stage("a"));
    printer.say("b");
  }
  EXPECT_EQ(printed(), "");
}

TEST_F(ProgressPrinterTest, MixesNoLinesOfThreads) {
  {
    ProgressPrinter printer(pipe_[1], ProgressMode::log, 80, {}, clock());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&printer] {
        for (int line = 0; line < 50; ++line) printer.say("0123456789");
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::string whole;
  for (int i = 0; i < 200; ++i) whole += "0123456789\n";
  EXPECT_EQ(printed(), whole);
}

}  // namespace
}  // namespace tare
