#include "tools/proof/simulated_rates.h"

#include <fmt/format.h>

#include <cmath>

#include "tools/compare/looks.h"
#include "tools/compare/proportion.h"
#include "tools/proof/simulated_trials.h"

namespace tare {
namespace {

constexpr uint64_t kSeed = 20'261'121;
constexpr size_t kRivalTrials = 10;  // of each arm
constexpr double kChanges[] = {0, 0.05, 0.10};

void count(SimulatedRates& rates, Answer answer, double change) {
  if (change == 0) {
    rates.false_alarms += answer == Answer::alarm;
    rates.false_gains += answer == Answer::improvement;
  } else {
    (change == kChanges[1] ? rates.found_5 : rates.found_10) += answer == Answer::alarm;
  }
}

void count_own(SimulatedRates& rates, const OwnRule& rule, const SimulatedTrials& trials,
               double change) {
  const Arms arms = interleaved_arms(trials, change, trials.orders.size());
  const PairedVerdict found = tare_verdict(arms, trials.orders, rule.margin, standard_looks());
  count(rates, answer_of(found.verdict), change);
  if (change != 0) return;
  rates.trials += 2 * found.pairs;
  *rates.alike += found.verdict == Verdict::equivalent || found.verdict == Verdict::not_worse;
}

double trials_of(Takes takes) {
  if (takes == Takes::all) return 2 * kRivalTrials;
  return takes == Takes::seven_and_one ? kPercentBaselines + 1 : 2;
}

std::string row(const char* machine, const SimulatedRates& rates) {
  return fmt::format("| {} | {} | {} | {:.0f} | {} | {} | {} | {} | {} |\n", machine, rates.rule,
                     rates.design == Design::interleaved ? "interleaved" : "in sequence",
                     rates.trials, percent(rates.false_alarms), percent(rates.false_gains),
                     rates.alike ? percent(*rates.alike) : "cannot say", percent(rates.found_5),
                     percent(rates.found_10));
}

// In the order in which simulated_rates() counts.
std::vector<SimulatedRates> rules(int experiments) {
  std::vector<SimulatedRates> all;
  for (const OwnRule& rule : kOwnRules) {
    SimulatedRates& rates = all.emplace_back();
    rates.rule = rule.name;
    rates.alike = 0;
  }
  for (const RivalRule& rule : kRivalRules) {
    for (const Design design : {Design::in_sequence, Design::interleaved}) {
      SimulatedRates& rates = all.emplace_back();
      rates.rule = rule.name;
      rates.design = design;
      rates.trials = trials_of(rule.takes) * experiments;
    }
  }
  return all;
}

}  // namespace

std::vector<SimulatedRates> simulated_rates(const Machine& machine, int experiments) {
  std::vector<SimulatedRates> all = rules(experiments);
  SimulatedMachine simulated(machine, kSeed);
  for (int i = 0; i < experiments; ++i) {
    const SimulatedTrials trials = next_trials(simulated);
    for (const double change : kChanges) {
      const Arms apart = sequential_arms(trials, change, kRivalTrials);
      const Arms paired = interleaved_arms(trials, change, kRivalTrials);
      auto rates = all.begin();
      for (const OwnRule& rule : kOwnRules) count_own(*rates++, rule, trials, change);
      for (const RivalRule& rule : kRivalRules) {
        count(*rates++, rule.answer(taken(apart, rule.takes, Design::in_sequence)), change);
        count(*rates++, rule.answer(taken(paired, rule.takes, Design::interleaved)), change);
      }
    }
  }
  for (SimulatedRates& rates : all) {
    for (double* each : {&rates.trials, &rates.false_alarms, &rates.false_gains, &rates.found_5,
                         &rates.found_10}) {
      *each /= experiments;
    }
    if (rates.alike) *rates.alike /= experiments;
  }
  return all;
}

std::string simulated_table(int experiments) {
  std::string text = fmt::format(
      "**Simulated**, not measured: {} experiments for each line, the same noise for all rules of "
      "a "
      "machine\n(fixed seed). A rate of 1 % is known to +-{:.2f} points, one of 50 % to +-{:.1f} "
      "(two standard errors).\nStandard deviations of a trial: quiet 0.5 %; noisy 2 %, a drift of "
      "3 "
      "% and a trend of 3 %;\ndrifting 1 % and a drift of 6 %; trended 1 % and a trend of 10 % "
      "over "
      "{} trials.\ntare: up to 30 pairs in random order, looked at 5 times. The others: 10 trials "
      "of each "
      "arm, or 7 and 1, 1 and 1.\n\n",
      experiments, 200 * std::sqrt(0.01 * 0.99 / experiments), 200 * std::sqrt(0.25 / experiments),
      kTrendTrials);
  text +=
      "| machine | rule | arms | trials | false alarm | false gain | the same, and said so | "
      "+5 % found | +10 % found |\n|---|---|---|---:|---:|---:|---:|---:|---:|\n";
  for (const Machine& machine : kMachines) {
    for (const SimulatedRates& rates : simulated_rates(machine, experiments)) {
      text += row(machine.name, rates);
    }
  }
  return text;
}

}  // namespace tare
