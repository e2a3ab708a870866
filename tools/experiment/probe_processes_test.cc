#include "tools/experiment/probe_processes.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace tare {
namespace {

TEST(ProbeProcesses, ReadsWhatTheKernelWrites) {
  const auto facts = parse_process(
      "4711 (a) b (c)) S 4242 1 1 0 -1 4194304 900 0 3 0 150 50 30 20 20 0 1 0 123456 1 2 3");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->name, "a) b (c)");
  EXPECT_EQ(facts->parent, 4242);
  EXPECT_EQ(facts->ended_children_ns, 500'000'000);
  EXPECT_EQ(facts->started_ticks, 123456);
  EXPECT_FALSE(parse_process(""));
  EXPECT_FALSE(parse_process("4711 (cut) S 1"));
  EXPECT_FALSE(process_cpu_ns(-1));
}

// Uses 60 ms of a processor, in a process of its own that is waited for.
void burn_in_a_child() {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    while (process_cpu_ns(::getpid()).value_or(0) < 60'000'000) {
    }
    ::_exit(0);
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
}

// A child's time moves to its parent when it ends; seen at any moment it is neither lost nor twice.
TEST(ProbeProcesses, AFamilysTimeNeverFalls) {
  const pid_t self = ::getpid();
  const pid_t keeper = ::fork();  // so that there is a child at all times
  ASSERT_GE(keeper, 0);
  if (keeper == 0) {
    ::pause();
    ::_exit(0);
  }
  std::atomic<bool> done{false};
  int64_t fell_ns = 0, looks = 0;
  std::thread reader([&] {
    int64_t last = 0;
    for (; !done; ++looks) {
      const int64_t now = family_cpu_ns(self).value_or(0);
      fell_ns = std::max(fell_ns, last - now);
      last = now;
    }
  });
  for (int i = 0; i < 15; ++i) burn_in_a_child();
  done = true;
  reader.join();
  ::kill(keeper, SIGKILL);
  ::waitpid(keeper, nullptr, 0);
  EXPECT_GT(looks, 15);
  EXPECT_LE(fell_ns, 20'000'000) << "ended children are told to 10 ms";
}

}  // namespace
}  // namespace tare
