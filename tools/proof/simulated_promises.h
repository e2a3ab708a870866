// What tare's words promise beside its alarms, on made-up machines.
// Level: proof. Pure functions with fixed seeds, the same every time; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/simulated_machine.h"

namespace tare {

// Shares of simulated experiments; the margin is 3 %.
struct SimulatedPromises {
  double wrongly_not_worse =
      0;                   // "not worse", "equivalent" or "improved" of a contender 3 % slower
  double held_once = 0;    // the interval of a single look, at 10 pairs, holds the true change
  double held_always = 0;  // those of all looks until the verdict do
};

// `held` is of identical arms and of a contender 10 % slower, half of the experiments each.
SimulatedPromises simulated_promises(const Machine& machine, int experiments);

// All machines, as Markdown.
std::string promises_table(int experiments);

}  // namespace tare
