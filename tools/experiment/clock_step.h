// Whether somebody has set the wall clock between two moments: servers count a key's life by it,
// while tare measures by a clock that cannot be set.
// Level: experiment. Values.
#pragma once

#include <chrono>

namespace tare {

struct Moment {
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point steady;

  static Moment now() {
    return {std::chrono::system_clock::now(), std::chrono::steady_clock::now()};
  }
};

// In seconds; forwards is positive. About 0 when nobody has.
inline double clock_step_s(const Moment& before, const Moment& after) {
  const std::chrono::duration<double> wall = after.wall - before.wall;
  const std::chrono::duration<double> steady = after.steady - before.steady;
  return (wall - steady).count();
}

}  // namespace tare
