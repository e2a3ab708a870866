// How long to wait before connecting again. Level: drivers. A value.
#pragma once

#include <algorithm>
#include <chrono>

namespace tare {

class Backoff {
 public:
  std::chrono::nanoseconds next() {
    const auto now = wait_;
    wait_ = std::min(2 * wait_, kLongest);
    return now;
  }
  void reset() { wait_ = kFirst; }

 private:
  static constexpr std::chrono::nanoseconds kFirst = std::chrono::milliseconds(50);
  static constexpr std::chrono::nanoseconds kLongest = std::chrono::seconds(1);
  std::chrono::nanoseconds wait_ = kFirst;
};

}  // namespace tare
