// A loop whose clock a test holds still: time passes only from one alarm to the next.
// Level: engine, tests only. One thread.
#pragma once

#include <map>
#include <utility>

#include "bench/engine/loop.h"

namespace tare {

class FakeLoop final : public Loop {
 public:
  Nanoseconds now() const override { return now_; }

  void arm(Alarm& alarm, Nanoseconds when) override {
    disarm(alarm);
    set_place(alarm, ++armed_);
    alarms_.emplace(std::pair(when, armed_), &alarm);
    times_.emplace(armed_, when);
  }

  void disarm(Alarm& alarm) override {
    auto found = times_.find(place_of(alarm));
    if (found == times_.end()) return;
    alarms_.erase(std::pair(found->second, found->first));
    times_.erase(found);
  }

  // Moves the clock to the next alarm and rings it; false when there is none.
  bool step() {
    if (alarms_.empty()) return false;
    auto [key, alarm] = *alarms_.begin();
    alarms_.erase(alarms_.begin());
    times_.erase(key.second);
    if (key.first > now_) now_ = key.first;
    alarm->ring();
    return true;
  }

  void advance_to(Nanoseconds time) { now_ = time; }

 private:
  Nanoseconds now_{};
  size_t armed_ = 0;
  std::map<std::pair<Nanoseconds, size_t>, Alarm*> alarms_;
  std::map<size_t, Nanoseconds> times_;
};

}  // namespace tare
