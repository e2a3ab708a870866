#include "bench/engine/schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bench/model/random.h"

namespace tare {
namespace {

// Requests of a constant rate fall between the edges of turns, where sums of the two arms' lengths
// differ in the last bit.
constexpr double kInsideTurn = 0.382;
constexpr uint64_t kGapStream = 1;  // Traffic draws from the streams above

Nanoseconds from_seconds(double seconds) {
  return Nanoseconds(std::llround(seconds * 1e9));
}

}  // namespace

Schedule::Schedule(const Arrivals& arrivals, uint64_t seed, Nanoseconds length, unsigned worker,
                   unsigned workers)
    : arrivals_(arrivals),
      curve_(arrivals),
      seed_(seed),
      length_(length),
      worker_(worker),
      workers_(workers) {}

// Beyond `length_` when there are no more.
Nanoseconds Schedule::time_of_next() {
  double seconds = 0;
  switch (arrivals_.kind) {
    case ArrivalKind::constant:
      seconds = curve_.time_of(double(number_) + (arrivals_.in_turns ? kInsideTurn : 0));
      break;
    case ArrivalKind::poisson:
      due_ += Random(seed_, kGapStream, number_).exponential(1);
      seconds = curve_.time_of(due_);
      break;
    case ArrivalKind::gamma: {
      const double spread = arrivals_.cv * arrivals_.cv;
      due_ += Random(seed_, kGapStream, number_).gamma(1 / spread) * spread;
      seconds = curve_.time_of(due_);
      break;
    }
    case ArrivalKind::timestamps:
      if (number_ >= arrivals_.timestamps_s.size()) return length_;
      seconds = arrivals_.timestamps_s[number_];
      break;
    case ArrivalKind::closed:
      return length_;
  }
  const double length_s = std::chrono::duration<double>(length_).count();
  return seconds < length_s ? from_seconds(seconds) : length_;
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
  const double length_s = std::chrono::duration<double>(length).count();
  if (arrivals.kind == ArrivalKind::timestamps) {
    const auto& times = arrivals.timestamps_s;
    return double(std::lower_bound(times.begin(), times.end(), length_s) - times.begin());
  }
  if (arrivals.kind == ArrivalKind::closed) return 0;
  const double expected = RateCurve(arrivals).count_until(length_s);
  return arrivals.kind == ArrivalKind::constant ? std::ceil(expected) : expected;
}

std::vector<double> expected_shares(const Load& load, Nanoseconds from, Nanoseconds until) {
  std::vector<double> shares(load.mix.size());
  double all = 0;
  for (size_t phase = 0; phase <= load.phases.size(); ++phase) {
    const Nanoseconds begin = phase == 0 ? from : std::max(from, load.phases[phase - 1].from);
    const Nanoseconds end =
        phase == load.phases.size() ? until : std::min(until, load.phases[phase].from);
    if (begin >= end) continue;
    double requests =
        expected_requests(load.arrivals, end) - expected_requests(load.arrivals, begin);
    if (load.arrivals.kind == ArrivalKind::closed) requests = double((end - begin).count());
    const std::vector<double>& mix = phase == 0 ? load.mix : load.phases[phase - 1].mix;
    const double sum = std::accumulate(mix.begin(), mix.end(), 0.0);
    for (size_t i = 0; i < mix.size(); ++i) shares[i] += requests * mix[i] / sum;
    all += requests;
  }
  for (double& share : shares) share = all > 0 ? share / all : 0;
  return shares;
}

}  // namespace tare
