#include "tools/compare/looks.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <random>

#include "bench/model/errors.h"

namespace tare {
namespace {

// Simulated: how often does t pass the level at one of the looks, when nothing is different?
class Simulation {
 public:
  explicit Simulation(const std::vector<int>& looks) : looks_(looks) {}

  double share_that_pass(double level, int experiments) {
    std::vector<double> bounds;
    for (const int look : looks_) {
      bounds.push_back(boost::math::quantile(
          boost::math::complement(boost::math::students_t{double(look - 1)}, level)));
    }
    int passed = 0;
    for (int i = 0; i < experiments; ++i) passed += passes(bounds) ? 1 : 0;
    return double(passed) / experiments;
  }

 private:
  bool passes(const std::vector<double>& bounds) {
    double sum = 0, squares = 0;
    int n = 0;
    for (size_t look = 0; look < looks_.size(); ++look) {
      for (; n < looks_[look]; ++n) {
        const double difference = noise_(random_);
        sum += difference;
        squares += difference * difference;
      }
      const double variance = (squares - sum * sum / n) / (n - 1);
      if (sum / n / std::sqrt(variance / n) > bounds[look]) return true;
    }
    return false;
  }

  const std::vector<int>& looks_;
  std::mt19937_64 random_{7};
  std::normal_distribution<double> noise_;
};

TEST(Looks, TheLevelsKeepTheirPromise) {
  constexpr int kExperiments = 300'000;
  const std::vector<int> all = {6, 10, 15, 20, 30, 45, 60, 90, 120};
  for (int count = 1; count <= kMostLooks; ++count) {
    const std::vector<int> looks(all.begin(), all.begin() + count);
    const Levels levels = levels_of(count);
    Simulation simulation(looks);
    // Four standard errors of the simulation are allowed.
    EXPECT_NEAR(simulation.share_that_pass(levels.limit, kExperiments), 0.025, 0.0012) << count;
    const double alone = simulation.share_that_pass(levels.alarm, kExperiments);
    EXPECT_LT(alone, 0.0107) << count;
    EXPECT_GT(alone, 0.0075) << count << ": more careful than it needs to be";
    const int rows = 20;  // in the worst case each errs without the others
    const double shared = rows * simulation.share_that_pass(levels.alarm / rows, kExperiments);
    EXPECT_LT(shared, 0.0134) << count;
  }
}

TEST(Looks, EndWhereTheExperimentEnds) {
  EXPECT_EQ(looks_up_to(30), standard_looks());
  EXPECT_EQ(looks_up_to(3), std::vector<int>{3});
  EXPECT_EQ(looks_up_to(6), std::vector<int>{6});
  EXPECT_EQ(looks_up_to(12), (std::vector<int>{6, 10, 12}));
  EXPECT_EQ(looks_up_to(100), (std::vector<int>{6, 10, 15, 20, 100}));
  EXPECT_THROW(levels_of(0), std::invalid_argument);
  EXPECT_THROW(levels_of(kMostLooks + 1), std::invalid_argument);
}

// Twice as many pairs lean on each other less than 10 and 6 do.
TEST(Looks, ThatGoOnKeepThePromiseToo) {
  constexpr int kExperiments = 300'000;
  for (const std::vector<int>& looks : {std::vector<int>{6, 12}, {10, 20}, {6, 12, 24}}) {
    const Levels levels = levels_of(int(looks.size()));
    Simulation simulation(looks);
    EXPECT_LT(simulation.share_that_pass(levels.limit, kExperiments), 0.0275);
    EXPECT_LT(simulation.share_that_pass(levels.alarm, kExperiments), 0.0107);
  }
}

TEST(Looks, GoOnWhereTheExperimentEnded) {
  EXPECT_EQ(looks_going_on(standard_looks(), 10, 0), standard_looks());
  EXPECT_EQ(looks_going_on(standard_looks(), 30, 0), (std::vector<int>{6, 10, 15, 20, 30, 45, 60}));
  EXPECT_EQ(looks_going_on({6, 10, 15, 20, 30, 45, 60}, 60, 0).back(), 120);
  EXPECT_EQ(looks_going_on(standard_looks(), 8, 0), (std::vector<int>{6, 8, 10, 15, 20, 30}))
      << "a budget ended it";
  EXPECT_EQ(looks_going_on(standard_looks(), 10, 40), (std::vector<int>{6, 10, 40}));
  EXPECT_EQ(looks_going_on({6}, 6, 0), (std::vector<int>{6, 12}));
  EXPECT_EQ(looks_going_on({6, 12}, 12, 20), (std::vector<int>{6, 12, 20}));
  EXPECT_THROW(looks_going_on({6}, 6, 6), UsageError);
  EXPECT_THROW(looks_going_on({1, 2, 3, 4, 5, 6, 7, 8, 9}, 9, 20), UsageError);
  EXPECT_THROW(looks_going_on(standard_looks(), 120, 0), UsageError);
}

}  // namespace
}  // namespace tare
