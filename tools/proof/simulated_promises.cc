#include "tools/proof/simulated_promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/compare/looks.h"
#include "tools/compare/proportion.h"
#include "tools/proof/simulated_trials.h"

namespace tare {
namespace {

constexpr uint64_t kSeed = 20'261'124;
constexpr double kMargin = 0.03;
constexpr size_t kPairsOnce = 10;

PairedVerdict verdict_of(const SimulatedTrials& trials, double change,
                         const std::vector<int>& looks) {
  const auto pairs = size_t(looks.back());
  const std::vector<PairOrder> orders(trials.orders.begin(),
                                      trials.orders.begin() + std::ptrdiff_t(pairs));
  return tare_verdict(interleaved_arms(trials, change, pairs), orders, kMargin, looks);
}

bool holds(const PairedVerdict& found, double change) {
  const double truth = std::log1p(change);
  return std::all_of(found.limits.begin(), found.limits.end(), [truth](const Interval& limits) {
    return limits.low <= truth && truth <= limits.high;
  });
}

}  // namespace

SimulatedPromises simulated_promises(const Machine& machine, int experiments) {
  SimulatedPromises out;
  SimulatedMachine simulated(machine, kSeed);
  for (int i = 0; i < experiments; ++i) {
    const SimulatedTrials trials = next_trials(simulated);
    const Verdict at_margin = verdict_of(trials, kMargin, standard_looks()).verdict;
    out.wrongly_not_worse += at_margin == Verdict::not_worse || at_margin == Verdict::equivalent ||
                             at_margin == Verdict::improved;
    const double change = i % 2 == 0 ? 0 : 0.10;
    out.held_once += holds(verdict_of(trials, change, {int(kPairsOnce)}), change);
    out.held_always += holds(verdict_of(trials, change, standard_looks()), change);
  }
  for (double* each : {&out.wrongly_not_worse, &out.held_once, &out.held_always}) {
    *each /= experiments;
  }
  return out;
}

std::string promises_table(int experiments) {
  std::string text = fmt::format(
      "tare's other promises, **simulated** as well ({} experiments for each line): \"not worse\" "
      "of a contender that is slower\nby just the margin, in at most 2.5 % (known to +-{:.1f} "
      "points, "
      "two standard errors); intervals that hold the true\nchange in 95 % (+-{:.1f}): one at 10 "
      "pairs, and those of all looks together until the verdict (an experiment that ends\nearly "
      "has "
      "looked less often, and held more).\n\n"
      "| machine | wrongly not worse | one interval holds | intervals of all looks hold |\n"
      "|---|---:|---:|---:|\n",
      experiments, 200 * std::sqrt(0.025 * 0.975 / experiments),
      200 * std::sqrt(0.05 * 0.95 / experiments));
  for (const Machine& machine : kMachines) {
    const SimulatedPromises found = simulated_promises(machine, experiments);
    text += fmt::format("| {} | {} | {} | {} |\n", machine.name, percent(found.wrongly_not_worse),
                        percent(found.held_once), percent(found.held_always));
  }
  return text;
}

}  // namespace tare
