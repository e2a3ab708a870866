// Ctrl-C, SIGTERM and a closed terminal as a stop token: the work sees it, cleans up and unwinds;
// nothing runs in a signal handler.
// Level: cli. Make one in main before any other thread starts: it blocks these signals everywhere.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace tare {

class Interrupts {
 public:
  Interrupts();
  ~Interrupts();

  std::stop_token token() const { return stop_.get_token(); }
  int signal() const { return signal_; }  // the one that came; 0: none

 private:
  std::stop_source stop_;
  std::atomic<int> signal_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread watcher_;
};

}  // namespace tare
