#include "bench/engine/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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

TEST(Schedule, PoissonHasTheAskedRateAndSpread) {
  Schedule schedule({ArrivalKind::poisson, 10'000}, 3, 10s, 0, 1);
  double sum = 0, squares = 0;
  int count = 0;
  Nanoseconds before{};
  while (auto arrival = schedule.next()) {
    const double gap = std::chrono::duration<double>(arrival->intended - before).count();
    before = arrival->intended;
    sum += gap;
    squares += gap * gap;
    ++count;
  }
  const double mean = sum / count;
  EXPECT_NEAR(count, 100'000, 1'000);
  EXPECT_NEAR(squares / count / (mean * mean), 2.0, 0.05) << "an exponential's second moment";
}

TEST(Schedule, ExpectedRequestsAreWhatComes) {
  EXPECT_EQ(expected_requests({ArrivalKind::constant, 300}, 2s), 600);
  EXPECT_EQ(expected_requests({ArrivalKind::constant, 0.6}, 2s), 2);
}

}  // namespace
}  // namespace tare
