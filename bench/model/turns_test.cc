#include "bench/model/turns.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

Scenario steady() {
  Scenario scenario;
  scenario.seed = 7;
  scenario.load.arrivals.kind = ArrivalKind::poisson;
  scenario.load.arrivals.rate_per_s = 400;
  scenario.load.warmup = 450ms;
  scenario.load.measure = 2s;
  return scenario;
}

TEST(Turns, DoublesTheTimesToWholeCouples) {
  const Scenario scenario = with_turns(steady(), 100ms);
  EXPECT_EQ(scenario.load.warmup, 1s) << "0.9 s is no whole couple";
  EXPECT_EQ(scenario.load.measure, 4s);
}

TEST(Turns, RefusesALoadThatHasNone) {
  Scenario closed = steady(), given = steady(), shaped = steady(), phased = steady();
  closed.load.arrivals.kind = ArrivalKind::closed;
  given.load.arrivals.kind = ArrivalKind::timestamps;
  shaped.load.arrivals.shape = {{0, 1}, {1, 2}};
  phased.load.phases = {{1s, {1}}};
  for (const Scenario& scenario : {closed, given, shaped, phased}) {
    EXPECT_THROW(with_turns(scenario, 100ms), UsageError);
  }
  EXPECT_THROW(with_turns(steady(), 0ms), UsageError);
  EXPECT_THROW(with_turns(steady(), 501ms), UsageError);
}

double factor_at(const Arrivals& arrivals, double at_s) {
  for (size_t i = 0; i + 1 < arrivals.shape.size(); i += 2) {
    if (at_s >= arrivals.shape[i].at_s && at_s < arrivals.shape[i + 1].at_s) {
      EXPECT_EQ(arrivals.shape[i].factor, arrivals.shape[i + 1].factor);
      return arrivals.shape[i].factor;
    }
  }
  return -1;
}

TEST(Turns, OneAsksWhileTheOtherRests) {
  const Scenario scenario = with_turns(steady(), 100ms);
  const auto [first, second] = arrivals_in_turns(scenario, 100ms, 1);
  int changes_within = 0, first_leads = 0;
  for (int couple = 0; couple < 25; ++couple) {
    const double early = 0.2 * couple + 0.05, late = early + 0.1;
    EXPECT_EQ(factor_at(first, early) + factor_at(second, early), 1);
    EXPECT_EQ(factor_at(first, late) + factor_at(second, late), 1);
    changes_within += factor_at(first, early) != factor_at(first, late);
    first_leads += factor_at(first, early) == 1;
  }
  EXPECT_EQ(changes_within, 25) << "a couple is one turn of each";
  EXPECT_GT(first_leads, 5);
  EXPECT_LT(first_leads, 20);
  EXPECT_EQ(first.rate_per_s, 400);
}

TEST(Turns, AreAFunctionOfSeedAndPair) {
  const auto shape = [](uint64_t pair) {
    std::string text;
    for (const RatePoint& point : arrivals_in_turns(steady(), 100ms, pair).first.shape) {
      text += point.factor == 1 ? '1' : '0';
    }
    return text;
  };
  EXPECT_EQ(shape(1), shape(1));
  EXPECT_NE(shape(1), shape(2));
}

}  // namespace
}  // namespace tare
