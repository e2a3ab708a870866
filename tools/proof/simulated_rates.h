// How often each rule is wrong, and how often it finds what is there, on made-up machines.
// Level: proof. Pure functions with fixed seeds, the same every time; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/compare/simulated_machine.h"
#include "tools/proof/rival_rules.h"

namespace tare {

// Shares of simulated experiments.
struct SimulatedRates {
  std::string rule;
  Design design = Design::interleaved;
  double trials = 0;                 // that an experiment of identical arms took on average
  double false_alarms = 0;           // identical arms, called regressed
  double false_gains = 0;            // identical arms, called improved
  std::optional<double> alike;       // identical arms, called so; none: it has no such word
  double found_5 = 0, found_10 = 0;  // alarms when the contender is 5 % or 10 % slower
};

// kOwnRules at the standard looks, then kRivalRules in sequence and interleaved, with 10 trials of
// each arm. All of them get the same noise.
std::vector<SimulatedRates> simulated_rates(const Machine& machine, int experiments);

// All machines, as Markdown.
std::string simulated_table(int experiments);

}  // namespace tare
