// The schedule: when each request is meant to start, whatever the servers do (open loop).
// Level: engine. A value of one worker; deals out the same requests for any number of workers.
#pragma once

#include <cstdint>
#include <optional>

#include "bench/engine/loop.h"
#include "bench/engine/rate_curve.h"
#include "bench/model/scenario.h"

namespace tare {

struct Arrival {
  uint64_t number = 0;     // counts every request of the run, over all workers
  Nanoseconds intended{};  // since the schedule's start
};

class Schedule {
 public:
  // Requests before `length`, those whose number modulo `workers` is `worker`. Number n falls due
  // when the rate's integral over time reaches: n (constant), or the sum of n gaps of mean 1,
  // exponential (poisson) or gamma (gamma), each a function of (seed, n).
  // Empty for a closed loop, whose clients make their own (clients.h).
  Schedule(const Arrivals& arrivals, uint64_t seed, Nanoseconds length, unsigned worker,
           unsigned workers);

  std::optional<Arrival> next();

 private:
  Nanoseconds time_of_next();

  Arrivals arrivals_;
  RateCurve curve_;
  uint64_t seed_;
  Nanoseconds length_;
  uint64_t worker_, workers_;
  uint64_t number_ = 0;
  double due_ = 0;  // the sum of the gaps so far
};

// What a schedule will hold up to `length`, without making it: exact for constant and timestamps,
// the expectation for what is random. 0 for a closed loop, which nobody can tell beforehand.
double expected_requests(const Arrivals& arrivals, Nanoseconds length);

// The share of each operation in the requests between these times, phases included; where nobody
// can tell how many there will be, every second counts alike.
std::vector<double> expected_shares(const Load& load, Nanoseconds from, Nanoseconds until);

}  // namespace tare
