#include "bench/model/turns.h"

#include <fmt/format.h>

#include <chrono>

#include "bench/model/errors.h"
#include "bench/model/random.h"

namespace tare {
namespace {

constexpr uint64_t kTurnStream = 4;  // of a scenario's seed; pairs.cc draws orders from 3

void add_turn(Arrivals& arrivals, double begin_s, double end_s, double factor) {
  arrivals.shape.push_back({begin_s, factor});
  arrivals.shape.push_back({end_s, factor});
}

}  // namespace

Scenario with_turns(Scenario scenario, Nanoseconds turn) {
  Load& load = scenario.load;
  const ArrivalKind kind = load.arrivals.kind;
  if (kind == ArrivalKind::closed || kind == ArrivalKind::timestamps ||
      !load.arrivals.shape.empty() || !load.phases.empty()) {
    throw UsageError(
        "--interleave needs a steady rate and one mix: this load is a closed loop, or changes "
        "with time");
  }
  if (turn <= Nanoseconds(0) || 4 * turn > load.measure) {
    throw UsageError(fmt::format("--interleave: a turn is at most a quarter of the {:g} s measured",
                                 std::chrono::duration<double>(load.measure).count()));
  }
  const auto doubled = [turn](Nanoseconds time) {
    const Nanoseconds couple = 2 * turn;
    return (2 * time + couple - Nanoseconds(1)) / couple * couple;
  };
  load.warmup = doubled(load.warmup);
  load.measure = doubled(load.measure);
  return scenario;
}

std::pair<Arrivals, Arrivals> arrivals_in_turns(const Scenario& scenario, Nanoseconds turn,
                                                uint64_t pair) {
  std::pair<Arrivals, Arrivals> both{scenario.load.arrivals, scenario.load.arrivals};
  both.first.in_turns = both.second.in_turns = true;
  Random random(scenario.seed, kTurnStream, pair);
  const Nanoseconds length = scenario.load.warmup + scenario.load.measure;
  const auto seconds = [](Nanoseconds time) { return std::chrono::duration<double>(time).count(); };
  for (Nanoseconds begin{}; begin < length; begin += 2 * turn) {
    const double first = random.below(2) == 0 ? 1 : 0;
    const double start = seconds(begin), middle = seconds(begin + turn),
                 end = seconds(begin + 2 * turn);
    add_turn(both.first, start, middle, first);
    add_turn(both.first, middle, end, 1 - first);
    add_turn(both.second, start, middle, 1 - first);
    add_turn(both.second, middle, end, first);
  }
  return both;
}

}  // namespace tare
