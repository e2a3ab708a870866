#include "bench/engine/schedule.h"

#include <cmath>

#include "bench/model/random.h"

namespace tare {
namespace {

constexpr uint64_t kGapStream = 1;  // Traffic draws from the streams above

Nanoseconds from_seconds(double seconds) {
  return Nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace

Schedule::Schedule(const Arrivals& arrivals, uint64_t seed, Nanoseconds length, unsigned worker,
                   unsigned workers)
    : arrivals_(arrivals), seed_(seed), length_(length), worker_(worker), workers_(workers) {}

Nanoseconds Schedule::time_of_next() {
  if (arrivals_.kind == ArrivalKind::constant) {
    return from_seconds(double(number_) / arrivals_.rate_per_s);
  }
  elapsed_s_ += Random(seed_, kGapStream, number_).exponential(1 / arrivals_.rate_per_s);
  return from_seconds(elapsed_s_);
}

std::optional<Arrival> Schedule::next() {
  for (;;) {
    const Nanoseconds intended = time_of_next();
    if (intended >= length_) return std::nullopt;
    const uint64_t number = number_++;
    if (number % workers_ == worker_) return Arrival{number, intended};
  }
}

double expected_requests(const Arrivals& arrivals, Nanoseconds length) {
  const double expected = arrivals.rate_per_s * std::chrono::duration<double>(length).count();
  return arrivals.kind == ArrivalKind::constant ? std::ceil(expected) : expected;
}

}  // namespace tare
