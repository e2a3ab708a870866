// Made-up machines, for tests and tables of what rules of decision do on them; no real machine is
// like one of them in everything.
// Level: compare, tests and proofs only. One thread; the same numbers for the same seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

#include "tools/compare/comparison.h"

namespace tare {

// Standard deviations of the logarithm of a trial's figure.
struct Machine {
  const char* name;
  double trial;  // of each trial for itself
  double drift;  // of what changes slowly: autoregressive, 0.9 from one trial to the next
  double trend;  // of what goes one way, over kTrendTrials
};

inline constexpr int kTrendTrials = 60;
inline constexpr Machine kQuiet{"quiet", 0.005, 0, 0}, kNoisy{"noisy", 0.02, 0.03, 0.03},
    kDrifting{"drifting", 0.01, 0.06, 0}, kTrended{"trended", 0.01, 0, 0.10};
inline constexpr Machine kMachines[] = {kQuiet, kNoisy, kDrifting, kTrended};

class SimulatedMachine {
 public:
  SimulatedMachine(const Machine& machine, uint64_t seed) : machine_(machine), random_(seed) {}

  // Another day: a new mood and a new trend.
  void begin() {
    mood_ = machine_.drift * noise_(random_);
    trend_ = machine_.trend * noise_(random_) / kTrendTrials;
    trial_ = 0;
  }

  // By how much the next trial is slower, in logarithms, whatever is measured in it.
  double next_mood() {
    mood_ = 0.9 * mood_ + std::sqrt(1 - 0.81) * machine_.drift * noise_(random_);
    return mood_ + trend_ * ++trial_;
  }

  // What is one figure's own in one trial.
  double own_noise() { return machine_.trial * noise_(random_); }

  bool toss() { return (random_() & 1) != 0; }

 private:
  Machine machine_;
  std::mt19937_64 random_;
  std::normal_distribution<double> noise_;
  double mood_ = 0, trend_ = 0;
  int trial_ = 0;
};

// Which arm runs first: random, and balanced over every two pairs, as in an experiment.
class BalancedOrder {
 public:
  // Of the next pair; `toss()` is a coin.
  template <class Toss>
  PairOrder next(Toss toss) {
    odd_ = !odd_;
    if (odd_) first_ = toss();
    return first_ == odd_ ? PairOrder::contender_first : PairOrder::baseline_first;
  }

 private:
  bool first_ = false, odd_ = false;
};

}  // namespace tare
