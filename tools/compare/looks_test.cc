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
    return share_that_pass(std::vector<double>(looks_.size(), level), experiments);
  }

  double share_that_pass(const std::vector<double>& levels, int experiments) {
    std::vector<double> bounds;
    for (size_t i = 0; i < looks_.size(); ++i) {
      bounds.push_back(boost::math::quantile(
          boost::math::complement(boost::math::students_t{double(looks_[i] - 1)}, levels[i])));
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
  for (const int count : {1, 2, 3, 4, 5}) {
    const std::vector<int> looks(standard_looks().begin(), standard_looks().begin() + count);
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
  EXPECT_THROW(levels_of(6), std::invalid_argument);
  EXPECT_THROW(levels_of(1, -1), std::invalid_argument);
}

// Whoever repeats until the answer pleases, as often as he likes: every look at the level that it
// had when it was looked at.
TEST(Looks, RepeatsAtMostDoubleWhatIsPromised) {
  constexpr int kExperiments = 60'000;
  for (const LooksPlan& first :
       {LooksPlan{{2}, 0}, LooksPlan{{6}, 0}, LooksPlan{standard_looks(), 0}}) {
    std::vector<int> looks;
    std::vector<double> limits, alarms;
    LooksPlan plan = first;
    for (int repeat = 0; repeat < 6; ++repeat) {
      const Levels levels = levels_of(int(plan.looks.size()), plan.repeats);
      for (const int look : plan.looks) {
        looks.push_back(look);
        limits.push_back(levels.limit);
        alarms.push_back(levels.alarm);
      }
      plan = plan_going_on(plan, plan.looks.back(), 0);
    }
    Simulation simulation(looks);
    const double wrongly_kept = simulation.share_that_pass(limits, kExperiments);
    EXPECT_LT(wrongly_kept, 0.05) << looks.back();
    EXPECT_GT(wrongly_kept, 0.026) << "more careful than it needs to be";
    EXPECT_LT(simulation.share_that_pass(alarms, kExperiments), 0.02) << looks.back();
  }
}

TEST(Looks, GoOnWhereTheExperimentEnded) {
  const auto going_on = [](const std::vector<int>& looks, int pairs, int wanted = 0) {
    return plan_going_on({looks, 0}, pairs, wanted);
  };
  EXPECT_EQ(going_on(standard_looks(), 10), (LooksPlan{standard_looks(), 0})) << "looks are left";
  EXPECT_EQ(going_on(standard_looks(), 30), (LooksPlan{{45, 60}, 1}));
  EXPECT_EQ(plan_going_on({{45, 60}, 1}, 45, 0), (LooksPlan{{45, 60}, 1}));
  EXPECT_EQ(plan_going_on({{45, 60}, 1}, 60, 0), (LooksPlan{{90, 120}, 2}));
  EXPECT_EQ(going_on(standard_looks(), 8), (LooksPlan{{10, 15, 20, 30}, 1})) << "a budget ended it";
  EXPECT_EQ(going_on(standard_looks(), 10, 40), (LooksPlan{{40}, 1}));
  EXPECT_EQ(going_on({6}, 6), (LooksPlan{{12}, 1}));
  EXPECT_EQ(plan_going_on({{12}, 1}, 12, 20), (LooksPlan{{20}, 2}));
  EXPECT_EQ(levels_of(2, 1).limit, levels_of(2).limit / 2);
  EXPECT_THROW(going_on({6}, 6, 6), UsageError);
}

}  // namespace
}  // namespace tare
