#include "tools/proof/rival_rules.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tools/compare/looks.h"

namespace tare {
namespace {

std::vector<double> times(const std::vector<double>& values, double factor) {
  std::vector<double> out;
  for (const double value : values) out.push_back(value * factor);
  return out;
}

const std::vector<double> kTen = {100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.7, 99.3, 100.1};

TEST(RivalRules, UTestsSayWhichArmIsSlower) {
  for (const auto& rule : {benchstat_answer, compare_py_answer}) {
    EXPECT_EQ(rule({kTen, times(kTen, 1.10)}), Answer::alarm);
    EXPECT_EQ(rule({kTen, times(kTen, 0.90)}), Answer::improvement);
    EXPECT_EQ(rule({kTen, times(kTen, 1.0001)}), Answer::nothing);
    EXPECT_EQ(rule({{5, 5, 5}, {5, 5, 5}}), Answer::nothing);
  }
}

// They have no margin: half a per cent on a quiet machine is an alarm.
TEST(RivalRules, UTestsKnowNoMargin) {
  const std::vector<double> still = times(kTen, 0.0001);
  std::vector<double> before, after;
  for (const double each : still) {
    before.push_back(100 + each);
    after.push_back(100.5 + each);
  }
  EXPECT_EQ(benchstat_answer({before, after}), Answer::alarm);
  EXPECT_EQ(percent_answer({before, after}), Answer::nothing);
}

// Four against four reach 0.0286 exactly and 0.0304 by the normal approximation; three cannot.
TEST(RivalRules, FewValuesCannotReachTheLevel) {
  EXPECT_EQ(benchstat_answer({{1, 2, 3, 4}, {11, 12, 13, 14}}), Answer::alarm);
  EXPECT_EQ(benchstat_answer({{1, 2, 3}, {11, 12, 13}}), Answer::nothing);
}

TEST(RivalRules, PercentLimitComparesMedians) {
  const std::vector<double> seven = {100, 100, 100, 100, 300, 300, 300};
  EXPECT_EQ(percent_answer({seven, {104.9}}), Answer::nothing);
  EXPECT_EQ(percent_answer({seven, {105.1}}), Answer::alarm);
  EXPECT_EQ(percent_answer({seven, {94.9}}), Answer::improvement);
  EXPECT_EQ(percent_answer({{100}, {106}}), Answer::alarm);
  EXPECT_THROW(percent_answer({{0}, {1}}), std::invalid_argument);
}

TEST(RivalRules, TakeNeighboursOnly) {
  const Arms arms{{1, 2, 3, 4, 5, 6, 7, 8}, {11, 12, 13, 14, 15, 16, 17, 18}};
  const Arms in_sequence = taken(arms, Takes::seven_and_one, Design::in_sequence);
  EXPECT_EQ(in_sequence.baseline, (std::vector<double>{2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(in_sequence.contender, std::vector<double>{11});
  const Arms interleaved = taken(arms, Takes::seven_and_one, Design::interleaved);
  EXPECT_EQ(interleaved.baseline, (std::vector<double>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(interleaved.contender, std::vector<double>{14});
  EXPECT_EQ(taken(arms, Takes::one_and_one, Design::in_sequence).baseline, std::vector<double>{8});
  EXPECT_EQ(taken(arms, Takes::one_and_one, Design::interleaved).baseline, std::vector<double>{1});
  EXPECT_EQ(taken(arms, Takes::all, Design::interleaved).contender, arms.contender);
  EXPECT_THROW(taken({{1}, {1}}, Takes::seven_and_one, Design::interleaved), std::invalid_argument);
}

TEST(RivalRules, OursStopsAtTheFirstLookThatSettlesIt) {
  std::vector<PairOrder> orders;
  for (size_t i = 0; i < kTen.size(); ++i) {
    orders.push_back(i % 2 == 0 ? PairOrder::baseline_first : PairOrder::contender_first);
  }
  const std::vector<double> mirrored(kTen.rbegin(), kTen.rend());
  const auto verdict = [&](double factor) {
    return tare_verdict({kTen, times(mirrored, factor)}, orders, 0.03, looks_up_to(10));
  };
  EXPECT_EQ(verdict(1.10).verdict, Verdict::regressed);
  EXPECT_EQ(verdict(1.10).pairs, 6);
  EXPECT_EQ(verdict(0.90).verdict, Verdict::improved);
  EXPECT_EQ(verdict(1).verdict, Verdict::equivalent);
  EXPECT_EQ(verdict(1.025).verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict(1.025).pairs, 10);
  EXPECT_EQ(answer_of(Verdict::regressed), Answer::alarm);
  EXPECT_EQ(answer_of(Verdict::improved), Answer::improvement);
  EXPECT_EQ(answer_of(Verdict::invalid), Answer::nothing);
}

// The interval clears 0 at the limit's level of one look at three pairs, the alarm's level not.
TEST(RivalRules, OursNeedsItsAlarmBeyondChance) {
  std::vector<double> before = {100, 100, 100}, after;
  for (const double change : {0.05, 0.06, 0.085}) after.push_back(100 * std::exp(change));
  const std::vector<PairOrder> orders(3, PairOrder::baseline_first);
  EXPECT_EQ(tare_verdict({before, after}, orders, 0.03, {3}).verdict, Verdict::inconclusive);
  after[2] = 100 * std::exp(0.06);
  EXPECT_EQ(tare_verdict({before, after}, orders, 0.03, {3}).verdict, Verdict::regressed);
}

TEST(RivalRules, PairsMustBePairs) {
  EXPECT_THROW(tare_verdict({{1, 2}, {1, 2}}, {PairOrder::baseline_first}, 0.03, {2}),
               std::invalid_argument);
  EXPECT_THROW(tare_verdict({{1}, {1}}, {PairOrder::baseline_first}, 0.03, {2}),
               std::invalid_argument);
}

}  // namespace
}  // namespace tare
