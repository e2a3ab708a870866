#include "bench/engine/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>
#include "bench/model/turns.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

std::vector<Arrival> all(const Arrivals& arrivals, unsigned workers) {
  std::vector<Arrival> found;
  for (unsigned worker = 0; worker < workers; ++worker) {
    Schedule schedule(arrivals, 7, 2s, worker, workers);
    while (auto arrival = schedule.next()) {
      EXPECT_EQ(arrival->number % workers, worker);
      found.push_back(*arrival);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Arrival& a, const Arrival& b) { return a.number < b.number; });
  return found;
}

TEST(Schedule, ConstantStandsOnTheGrid) {
  const auto arrivals = all({ArrivalKind::constant, 300}, 1);
  ASSERT_EQ(arrivals.size(), 600u);
  EXPECT_EQ(arrivals[0].intended, 0ns);
  EXPECT_EQ(arrivals[1].intended, 3333333ns);
  EXPECT_EQ(arrivals[299].intended, 996666667ns) << "no rounding adds up";
}

TEST(Schedule, AnyNumberOfWorkersSharesTheSameRequests) {
  for (ArrivalKind kind : {ArrivalKind::constant, ArrivalKind::poisson}) {
    const auto one = all({kind, 1000}, 1);
    const auto three = all({kind, 1000}, 3);
    ASSERT_EQ(one.size(), three.size());
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].number, i);
      EXPECT_EQ(one[i].intended, three[i].intended);
    }
  }
}

struct Gaps {
  int count = 0;
  double second_moment = 0;  // of the gaps, by the square of their mean
};

Gaps gaps_of(const Arrivals& arrivals, Nanoseconds length) {
  Schedule schedule(arrivals, 3, length, 0, 1);
  double sum = 0, squares = 0;
  Gaps gaps;
  Nanoseconds before{};
  while (auto arrival = schedule.next()) {
    const double gap = std::chrono::duration<double>(arrival->intended - before).count();
    before = arrival->intended;
    sum += gap;
    squares += gap * gap;
    ++gaps.count;
  }
  const double mean = sum / gaps.count;
  gaps.second_moment = squares / gaps.count / (mean * mean);
  return gaps;
}

TEST(Schedule, PoissonHasTheAskedRateAndSpread) {
  const Gaps gaps = gaps_of({ArrivalKind::poisson, 10'000}, 10s);
  EXPECT_NEAR(gaps.count, 100'000, 1'000);
  EXPECT_NEAR(gaps.second_moment, 2.0, 0.05) << "an exponential's second moment";
}

TEST(Schedule, ExpectedRequestsAreWhatComes) {
  EXPECT_EQ(expected_requests({ArrivalKind::constant, 300}, 2s), 600);
  EXPECT_EQ(expected_requests({ArrivalKind::constant, 0.6}, 2s), 2);
}

TEST(Schedule, GammaHasTheAskedRateAndBursts) {
  for (const double cv : {0.3, 1.0, 3.0}) {
    const Gaps gaps = gaps_of({ArrivalKind::gamma, 10'000, cv}, 20s);
    EXPECT_NEAR(gaps.count, 200'000, 4'000 * cv) << cv;
    EXPECT_NEAR(std::sqrt(gaps.second_moment - 1), cv, 0.05 * cv) << cv;
  }
}

TEST(Schedule, FollowsTheShapeOfTheRate) {
  const Arrivals ramp{ArrivalKind::poisson, 1000, 1, {{0, 0}, {2, 2}}};
  int early = 0, late = 0;
  for (const Arrival& arrival : all(ramp, 2)) (arrival.intended < 1s ? early : late) += 1;
  EXPECT_NEAR(early, 500, 70);
  EXPECT_NEAR(late, 1500, 120);
  EXPECT_NEAR(expected_requests(ramp, 2s), 2000, 1e-6);
}

TEST(Schedule, TimestampsComeAsTheyStand) {
  Arrivals recorded{ArrivalKind::timestamps, 2};
  recorded.timestamps_s = {0, 0.25, 0.25, 1.5, 99};
  const auto arrivals = all(recorded, 2);
  ASSERT_EQ(arrivals.size(), 4u);
  EXPECT_EQ(arrivals[2].intended, 250ms);
  EXPECT_EQ(arrivals[3].intended, 1500ms);
  EXPECT_EQ(expected_requests(recorded, 2s), 4);
}

// Where one arm asks the other rests, and both ask as much, to the request.
TEST(Schedule, ArmsInTurnsAskTheSame) {
  for (const ArrivalKind kind : {ArrivalKind::constant, ArrivalKind::poisson, ArrivalKind::gamma}) {
    for (const double rate : {150.0, 200.0, 333.3}) {
      Scenario scenario;
      scenario.load.arrivals.kind = kind;
      scenario.load.arrivals.rate_per_s = rate;
      scenario.load.warmup = 2s;
      scenario.load.measure = 4s;
      for (uint64_t pair = 1; pair <= 50; ++pair) {
        const auto [one, other] = arrivals_in_turns(scenario, 50ms, pair);
        Schedule first(one, 5, 6s, 0, 1), second(other, 5, 6s, 0, 1);
        for (;;) {
          const auto a = first.next(), b = second.next();
          ASSERT_EQ(a.has_value(), b.has_value()) << rate << "/s, pair " << pair;
          if (!a) break;
          ASSERT_NE(a->intended / 50ms, b->intended / 50ms) << "in a turn of its own";
        }
      }
    }
  }
}

}  // namespace
}  // namespace tare
