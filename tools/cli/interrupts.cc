#include "tools/cli/interrupts.h"

#include <pthread.h>
#include <signal.h>

namespace tare {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, not the end of the program
  watcher_ = std::thread([this, set] {
    for (;;) {
      int caught = 0;
      sigwait(&set, &caught);
      if (ended_) return;
      signal_ = caught;
      stop_.request_stop();
    }
  });
}

Interrupts::~Interrupts() {
  ended_ = true;
  pthread_kill(watcher_.native_handle(), SIGTERM);  // NOLINT: it waits for it in sigwait
  watcher_.join();
}

}  // namespace tare
