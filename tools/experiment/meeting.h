// Where two threads wait for each other: the trials of a pair whose loads take turns.
// Level: experiment. Safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace tare {

// The other one has failed, and says why itself.
class Abandoned : public std::runtime_error {
 public:
  Abandoned() : std::runtime_error("the other arm's trial failed") {}
};

class Meeting {
 public:
  // Waits until both are here, and returns the later of the two times. When the other one has left,
  // its own at once. May be called again and again, by both as often. Throws Abandoned.
  std::chrono::nanoseconds meet(std::chrono::nanoseconds mine = {});

  // Comes to no meeting any more. The other one goes on alone.
  void leave();

  // The same after a failure: there is no use in going on alone.
  void abandon();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::chrono::nanoseconds latest_{}, agreed_{};
  int waiting_ = 0, left_ = 0;
  bool abandoned_ = false;
  long rounds_ = 0;
};

}  // namespace tare
