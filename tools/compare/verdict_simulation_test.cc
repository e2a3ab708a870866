// Simulated machines, labelled so: does the whole rule, with all its looks, err as seldom as it
// promises, and does it still find what is there? Seeds are fixed.
#include <gtest/gtest.h>

#include <cmath>

#include "tools/compare/decision.h"
#include "tools/compare/simulated_machine.h"

namespace tare {
namespace {

constexpr int kRows = 4;  // gating; the machine's mood is common to them

struct Experiment {
  std::vector<Verdict> verdicts;  // of each row, at the end
  int pairs = 0;
  bool held_always = true;  // the first row's interval held the true change at every look
};

class Simulation {
 public:
  Simulation(const Machine& machine, double change, double margin)
      : machine_(machine, 20'261'121), effect_(std::log1p(change)), margin_(std::log1p(margin)) {}

  Experiment run() {
    std::vector<Differences> rows(kRows);
    for (Differences& row : rows) row.worse_margin = row.better_margin = margin_;
    machine_.begin();
    order_ = {};
    Experiment experiment;
    const Levels levels = levels_of(int(standard_looks().size()));
    for (const int look : standard_looks()) {
      for (; experiment.pairs < look; ++experiment.pairs) add_pair(rows);
      std::vector<double> p_values;
      experiment.verdicts.clear();
      for (const Differences& row : rows) {
        const Decision decision = decide(row, levels);
        experiment.verdicts.push_back(decision.verdict);
        p_values.push_back(*decision.p_value);
        if (&row == &rows.front()) {
          experiment.held_always &=
              decision.limits->low <= effect_ && effect_ <= decision.limits->high;
        }
      }
      const std::vector<bool> beyond_chance = holm(p_values, levels.alarm);
      bool settled = true, alarm = false;
      for (size_t i = 0; i < kRows; ++i) {
        Verdict& verdict = experiment.verdicts[i];
        if (verdict == Verdict::regressed && !beyond_chance[i]) verdict = Verdict::inconclusive;
        alarm |= verdict == Verdict::regressed;
        settled &= verdict != Verdict::inconclusive;
      }
      if (settled || alarm) break;
    }
    return experiment;
  }

 private:
  void add_pair(std::vector<Differences>& rows) {
    const PairOrder order = order_.next([this] { return machine_.toss(); });
    const double first = machine_.next_mood(), second = machine_.next_mood();
    for (Differences& row : rows) {
      const double change = (second - first) * (order == PairOrder::contender_first ? -1 : 1);
      row.values.push_back(effect_ + change + machine_.own_noise() - machine_.own_noise());
      row.orders.push_back(order);
    }
  }

  SimulatedMachine machine_;
  BalancedOrder order_;
  double effect_, margin_;
};

struct Rates {
  double alarms = 0;     // experiments with a row regressed
  double passed = 0;     // with every row not worse, equivalent or improved
  double not_worse = 0;  // with the first row said to be so
  double held = 0;       // whose first row's interval held the truth at every look
  double pairs = 0;      // on average
};

Rates rates(const Machine& machine, double change, double margin, int experiments) {
  Simulation simulation(machine, change, margin);
  Rates sum;
  for (int i = 0; i < experiments; ++i) {
    const Experiment experiment = simulation.run();
    bool alarm = false, unsure = false;
    for (const Verdict verdict : experiment.verdicts) {
      alarm |= verdict == Verdict::regressed;
      unsure |= verdict == Verdict::inconclusive;
    }
    const Verdict first = experiment.verdicts.front();
    sum.alarms += alarm ? 1 : 0;
    sum.passed += alarm || unsure ? 0 : 1;
    sum.not_worse +=
        first == Verdict::not_worse || first == Verdict::equivalent || first == Verdict::improved;
    sum.held += experiment.held_always ? 1 : 0;
    sum.pairs += experiment.pairs;
  }
  for (double* each : {&sum.alarms, &sum.passed, &sum.not_worse, &sum.held, &sum.pairs}) {
    *each /= experiments;
  }
  return sum;
}

constexpr int kExperiments = 2'000;
// Standard errors of rates of 1 % and 2.5 % in so many experiments.
constexpr double kErrorOf1 = 0.0022, kErrorOf2_5 = 0.0035;

class SimulatedVerdicts : public ::testing::TestWithParam<Machine> {};

TEST_P(SimulatedVerdicts, RaiseAFalseAlarmInAtMostOneOfAHundred) {
  const Rates found = rates(GetParam(), 0, 0.03, kExperiments);
  EXPECT_LT(found.alarms, 0.01 + 3 * kErrorOf1);
  RecordProperty("alarms", std::to_string(found.alarms));
  RecordProperty("passed", std::to_string(found.passed));
  RecordProperty("pairs", std::to_string(found.pairs));
}

// With no margin to help, a regression is whatever lies above 0.
TEST_P(SimulatedVerdicts, RaiseNoMoreWithHardlyAMargin) {
  EXPECT_LT(rates(GetParam(), 0, 1e-9, kExperiments).alarms, 0.01 + 3 * kErrorOf1);
}

TEST_P(SimulatedVerdicts, SayNotWorseAtTheMarginInAtMostOneOfForty) {
  EXPECT_LT(rates(GetParam(), 0.03, 0.03, kExperiments).not_worse, 0.025 + 3 * kErrorOf2_5);
}

TEST_P(SimulatedVerdicts, HoldTheTrueChangeInTheirIntervals) {
  for (const double change : {0.0, 0.10}) {
    const double held = rates(GetParam(), change, 0.03, kExperiments).held;
    EXPECT_GT(held, 0.93) << change;
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, SimulatedVerdicts, ::testing::ValuesIn(kMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

TEST(SimulatedVerdicts, AreNotJustSilent) {
  const Rates same = rates(kQuiet, 0, 0.03, 1'000);
  EXPECT_GT(same.passed, 0.99);
  EXPECT_LT(same.pairs, 6.5);
  EXPECT_GT(rates(kQuiet, 0.05, 0.03, 1'000).alarms, 0.99);
  EXPECT_GT(rates(kNoisy, 0.10, 0.03, 1'000).alarms, 0.95);
  EXPECT_GT(rates(kNoisy, 0, 0.05, 1'000).passed, 0.8);
}

}  // namespace
}  // namespace tare
