#include "tools/compare/decision.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace tare {
namespace {

Differences differences(std::vector<double> values, double margin = 0.03) {
  Differences out{std::move(values), {}, margin, margin, 0};
  for (size_t i = 0; i < out.values.size(); ++i) {
    out.orders.push_back(i % 2 == 0 ? PairOrder::baseline_first : PairOrder::contender_first);
  }
  return out;
}

Verdict verdict(const Differences& differences) {
  return decide(differences, levels_of(1)).verdict;
}

// Six values about `middle` with standard deviation 0.0110; t(0.975, 5) = 2.571, so the interval
// reaches 0.0115 to both sides.
std::vector<double> about(double middle) {
  std::vector<double> values;
  for (const double step : {-0.015, -0.009, -0.003, 0.003, 0.009, 0.015}) {
    values.push_back(middle + step);
  }
  return values;
}

TEST(Decision, FollowsTheInterval) {
  EXPECT_EQ(verdict(differences(about(0.031))), Verdict::regressed);
  EXPECT_EQ(verdict(differences(about(0.029))), Verdict::inconclusive) << "sure, but no margin";
  EXPECT_EQ(verdict(differences(about(0.019))), Verdict::inconclusive) << "the limit is past it";
  EXPECT_EQ(verdict(differences(about(0.018))), Verdict::equivalent) << "worse, inside the margin";
  EXPECT_EQ(verdict(differences(about(0.0))), Verdict::equivalent);
  EXPECT_EQ(verdict(differences(about(-0.02))), Verdict::not_worse);
  EXPECT_EQ(verdict(differences(about(-0.031))), Verdict::improved);
}

TEST(Decision, NeedsMoreWhenTheArmsLagDiffers) {
  Differences late = differences(about(0.05));
  EXPECT_EQ(verdict(late), Verdict::regressed);
  late.slack = 0.03;
  EXPECT_EQ(verdict(late), Verdict::inconclusive);
  Differences same = differences(about(0));
  same.slack = 0.03;
  EXPECT_EQ(verdict(same), Verdict::inconclusive);
}

TEST(Decision, ShowsWhatTheSecondArmHasMoreBy) {
  const auto pairs = differences({0.05, -0.01, 0.05, -0.01, 0.05, -0.01});
  EXPECT_NEAR(*decide(pairs, levels_of(1)).order_effect, 0.03, 1e-12);
  EXPECT_FALSE(decide(differences({0.05}), levels_of(1)).order_effect);
}

TEST(Decision, OfOnePairIsNone) {
  const Decision one = decide(differences({0.5}), levels_of(1));
  EXPECT_EQ(one.verdict, Verdict::inconclusive);
  EXPECT_FALSE(one.limits || one.p_value);
  EXPECT_FALSE(one.more_pairs);  // nobody knows from one
}

// The spread of ten pairs with a true worsening of just that: called regressed four times in five,
// among four rows that share the alarm.
TEST(Decision, WhatIsDetectableIsDetectedFourTimesInFive) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0, 0.03);
  const Levels levels = levels_of(1);
  const double margin = std::log(1.03);
  constexpr int kExperiments = 4000, kRows = 4;
  const PairedEstimate spread{0, 0.03 / std::sqrt(10.0), 10};
  const double truth = detectable_worsening(spread, margin, levels, kRows).value_or(0);
  int found = 0;
  for (int i = 0; i < kExperiments; ++i) {
    std::vector<double> values;
    for (int pair = 0; pair < 10; ++pair) values.push_back(truth + noise(random));
    const Decision decision = decide(differences(values), levels);
    found += decision.verdict == Verdict::regressed &&
             decision.p_value.value_or(1) <= levels.alarm / kRows;
  }
  EXPECT_NEAR(double(found) / kExperiments, kPower, 0.05);
  // Of a small spread the margin is the bound.
  const PairedEstimate quiet{0, 0.0001, 10};
  EXPECT_NEAR(detectable_worsening(quiet, margin, levels, 1).value_or(0), margin, 0.001);
  EXPECT_FALSE(detectable_worsening({0, 0.0, 10}, margin, levels, 1)) << "no spread, no claim";
  EXPECT_FALSE(detectable_worsening({0, {}, 1}, margin, levels, 1));
}

TEST(Decision, WithoutABetterSideIsStillBounded) {
  Differences share = differences(about(0));
  share.better_margin = std::numeric_limits<double>::infinity();
  EXPECT_EQ(verdict(share), Verdict::equivalent);
  share.worse_margin = std::numeric_limits<double>::infinity();
  EXPECT_EQ(verdict(share), Verdict::equivalent);
}

// Six of ten pairs are much worse, four a little better: the mean is worse for t, but four of ten
// coins that fall so are no wonder for ranks (one-sided 0.042).
TEST(Decision, IsHeldAgainstTestsThatOutliersDoNotMove) {
  const std::vector<double> split = {0.10, -0.01, 0.11, -0.02, 0.09,
                                     0.10, -0.03, 0.12, 0.08,  -0.04};
  const Decision doubtful = decide(differences(split), levels_of(1));
  EXPECT_EQ(doubtful.verdict, Verdict::inconclusive);
  EXPECT_NE(doubtful.note.find("driven by outliers: \"regressed\""), std::string::npos);
  std::vector<double> nine = split;
  nine.pop_back();
  EXPECT_EQ(verdict(differences(nine)), Verdict::regressed) << "too few for ranks to say much";
  const std::vector<double> steady = {0.040, 0.042, 0.041, 0.043, 0.039,
                                      0.044, 0.038, 0.045, 0.037, 0.046};
  EXPECT_EQ(verdict(differences(steady)), Verdict::regressed);
}

TEST(Decision, SaysHowManyPairsAreMissing) {
  const Decision unsure = decide(differences(about(0.019)), levels_of(1));
  ASSERT_TRUE(unsure.more_pairs);
  // Twice the distance would need about a quarter as many.
  const Decision nearer = decide(differences(about(0.0245)), levels_of(1));
  EXPECT_GT(*nearer.more_pairs, 3 * *unsure.more_pairs);
  EXPECT_FALSE(decide(differences(about(0)), levels_of(1)).more_pairs);
  EXPECT_EQ(decide(differences(about(0.0299999)), levels_of(1)).more_pairs, kMostPairs);
}

TEST(Holm, StepsDown) {
  const std::vector<double> p_values = {0.02, 0.001, 0.2, 0.0026};
  EXPECT_EQ(holm(p_values, 0.01), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(holm({0.003, 0.2}, 0.005), (std::vector<bool>{false, false}));
  EXPECT_EQ(holm({}, 0.01), std::vector<bool>{});
}

}  // namespace
}  // namespace tare
