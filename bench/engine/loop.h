// Time for one worker: what time it is and who wants to be told when. The real one is Asio's
// (asio_loop.h); tests hold their own still (fake_loop.h).
// Level: engine. Used by one thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

namespace tare {

using Nanoseconds = std::chrono::nanoseconds;

// Something that can be told a time has come. Must be disarmed before it is destroyed.
class Alarm {
 public:
  virtual ~Alarm() = default;
  virtual void ring() = 0;

  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 protected:
  Alarm() = default;

 private:
  friend class Loop;
  static constexpr size_t kUnknown = std::numeric_limits<size_t>::max();
  size_t place_ = kUnknown;  // the loop's, so that arming needs no search
};

class Loop {
 public:
  virtual ~Loop() = default;

  // Monotonic; its zero means nothing.
  virtual Nanoseconds now() const = 0;

  // `alarm` rings once, at or soon after `when`; arming again moves it. Allocates only the first
  // time an alarm is armed.
  virtual void arm(Alarm& alarm, Nanoseconds when) = 0;
  virtual void disarm(Alarm& alarm) = 0;

 protected:
  static size_t place_of(const Alarm& alarm) { return alarm.place_; }
  static void set_place(Alarm& alarm, size_t place) { alarm.place_ = place; }
  static constexpr size_t kUnknown = Alarm::kUnknown;
};

}  // namespace tare
