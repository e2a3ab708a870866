// Times a trivial question again and again. Level: experiment. No state.
#pragma once

#include <chrono>
#include <stop_token>
#include <vector>

#include "bench/model/errors.h"
#include "tools/compare/doctor_facts.h"

namespace tare {

// A few hundred times, for at most 2 s. Throws Interrupted, and what `question` throws.
template <class Question>
Spread time_round_trips(Question question, const std::stop_token& stop) {
  constexpr size_t kTimes = 300;
  constexpr std::chrono::seconds kLimit(2);
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  const auto until = Clock::now() + kLimit;
  question();  // the first one finds caches cold
  while (times.size() < kTimes && Clock::now() < until) {
    if (stop.stop_requested()) throw Interrupted();
    const auto start = Clock::now();
    question();
    times.push_back(std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  return spread_of(times);
}

}  // namespace tare
