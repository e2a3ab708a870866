// Two loads that take turns: while one asks the other rests, some tenths of a second each, so that
// what slows the machine for seconds slows both alike.
// Level: model. Pure functions.
#pragma once

#include <cstdint>
#include <utility>

#include "bench/model/scenario.h"

namespace tare {

// The scenario with its times doubled, and rounded up to whole couples of turns, so that it asks as
// long as before in its half of them. Throws UsageError when its load cannot take turns: it needs a
// steady rate and one mix (no closed loop, given times, shape or phases), and a turn is at most a
// quarter of the window.
Scenario with_turns(Scenario scenario, Nanoseconds turn);

// What the two ask of such a scenario: its rate in their own turns, nothing in the other's. Each
// couple of turns is one of each, in an order that is a function of (seed, pair): nothing that
// recurs meets one of them alone.
std::pair<Arrivals, Arrivals> arrivals_in_turns(const Scenario& scenario, Nanoseconds turn,
                                                uint64_t pair);

}  // namespace tare
