#include "tools/experiment/meeting.h"

#include <algorithm>

namespace tare {

std::chrono::nanoseconds Meeting::meet(std::chrono::nanoseconds mine) {
  std::unique_lock lock(mutex_);
  if (abandoned_) throw Abandoned();
  if (left_ > 0) return mine;
  latest_ = waiting_ == 0 ? mine : std::max(latest_, mine);
  if (++waiting_ == 2) {
    agreed_ = latest_;
    waiting_ = 0;
    ++rounds_;
    changed_.notify_all();
    return agreed_;
  }
  const long round = rounds_;
  changed_.wait(lock, [&] { return rounds_ != round || left_ > 0; });
  if (rounds_ != round) return agreed_;
  waiting_ = 0;
  if (abandoned_) throw Abandoned();
  return mine;
}

void Meeting::leave() {
  const std::lock_guard lock(mutex_);
  ++left_;
  changed_.notify_all();
}

void Meeting::abandon() {
  const std::lock_guard lock(mutex_);
  ++left_;
  abandoned_ = true;
  changed_.notify_all();
}

}  // namespace tare
