#include "tools/compare/resampling.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace tare {
namespace {

Differences row_of(std::vector<double> values, double margin) {
  Differences row;
  row.orders.assign(values.size(), PairOrder::baseline_first);
  row.values = std::move(values);
  row.worse_margin = row.better_margin = margin;
  return row;
}

// Every pair once, none swapped.
std::vector<ResampledPair> as_measured(int pairs) {
  std::vector<ResampledPair> chosen;
  for (int i = 0; i < pairs; ++i) chosen.push_back({size_t(i), false});
  return chosen;
}

Ended run_rule(const std::vector<Differences>& rows, const std::vector<ResampledPair>& chosen,
               int most_pairs) {
  return ResampledRule(most_pairs).run(rows, chosen);
}

TEST(Resample, TakesAllPairsAndSwapsHalfOfThem) {
  std::set<size_t> pairs;
  int swapped = 0;
  for (int number = 0; number < 100; ++number) {
    for (const ResampledPair& pair : resample(8, 30, number)) {
      EXPECT_LT(pair.pair, 8u);
      pairs.insert(pair.pair);
      swapped += pair.swapped ? 1 : 0;
    }
  }
  EXPECT_EQ(pairs.size(), 8u);
  EXPECT_NEAR(swapped / 3000.0, 0.5, 0.04);
}

TEST(Resample, IsTheSameEveryTimeAndAnotherForEveryNumber) {
  const auto key = [](const std::vector<ResampledPair>& chosen) {
    std::string text;
    for (const ResampledPair& pair : chosen)
      text += std::to_string(pair.pair) + (pair.swapped ? "-" : "+");
    return text;
  };
  EXPECT_EQ(key(resample(8, 30, 3)), key(resample(8, 30, 3)));
  EXPECT_NE(key(resample(8, 30, 3)), key(resample(8, 30, 4)));
  EXPECT_TRUE(key(resample(8, 30, 3)).starts_with(key(resample(8, 6, 3))));
  EXPECT_THROW(resample(0, 6, 1), std::invalid_argument);
}

TEST(RunResampled, PassesWhereTheMarginIsWideAndStaysOpenWhereItIsNot) {
  const std::vector<double> values = {0.01, -0.01, 0.012, -0.012, 0.008, -0.008};
  const Ended wide = run_rule({row_of(values, 0.05)}, as_measured(6), 6);
  EXPECT_EQ(wide.ending, Ending::passed);
  EXPECT_EQ(wide.pairs, 6);
  const Ended narrow = run_rule({row_of(values, 0.001)}, as_measured(6), 6);
  EXPECT_EQ(narrow.ending, Ending::open);
}

TEST(RunResampled, AlarmsWhereEveryPairIsWorseAndNotWhenTheArmsAreSwapped) {
  const Differences worse = row_of({0.10, 0.11, 0.09, 0.10, 0.12, 0.10}, 0.03);
  EXPECT_EQ(run_rule({worse}, as_measured(6), 6).ending, Ending::alarm);
  std::vector<ResampledPair> swapped = as_measured(6);
  for (ResampledPair& pair : swapped) pair.swapped = true;
  EXPECT_EQ(run_rule({worse}, swapped, 6).ending, Ending::passed) << "improved";
}

// What one row alone would call worse must be beyond chance among them all.
TEST(RunResampled, SharesTheAlarmAmongTheRows) {
  // p = 0.0019: below 0.0022, the level of one row; not below half of it.
  const Differences worse = row_of({0.05, 0.10, 0.15, 0.10, 0.05, 0.17}, 0.03);
  const Differences same = row_of({0.01, -0.01, 0.01, -0.01, 0.01, -0.01}, 0.05);
  EXPECT_EQ(run_rule({worse}, as_measured(6), 6).ending, Ending::alarm);
  EXPECT_EQ(run_rule({worse, same}, as_measured(6), 6).ending, Ending::open);
}

TEST(RunResampled, GoesOnToTheNextLookWhileSomethingIsOpen) {
  std::vector<double> values = {0.05, -0.06, 0.04, -0.05, 0.06, -0.04};
  for (int i = 0; i < 14; ++i) values.push_back(i % 2 == 0 ? 0.001 : -0.001);
  const Ended ended = run_rule({row_of(values, 0.03)}, as_measured(20), 20);
  EXPECT_EQ(ended.ending, Ending::passed);
  EXPECT_GT(ended.pairs, 6);
}

// Seeing early what cannot be a verdict changes none: decide() at every look says the same.
TEST(RunResampled, EndsAsDecideDoesAtEveryLook) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> noise(0.004, 0.02);
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) values.push_back(noise(random));
  const Differences row = row_of(values, 0.008);
  const Levels levels = levels_of(int(standard_looks().size()));
  std::map<Ending, int> endings;
  for (int number = 0; number < 300; ++number) {
    const std::vector<ResampledPair> chosen = resample(30, 30, number);
    Ended expected;
    Differences so_far = row_of({}, 0.008);
    for (const int look : standard_looks()) {
      while (int(so_far.values.size()) < look) {
        const ResampledPair& pair = chosen[so_far.values.size()];
        so_far.values.push_back(pair.swapped ? -values[pair.pair] : values[pair.pair]);
        so_far.orders.push_back(PairOrder::baseline_first);
      }
      const Decision decision = decide(so_far, levels);
      const bool alarm =
          decision.verdict == Verdict::regressed && *decision.p_value <= levels.alarm;
      const bool open = decision.verdict == Verdict::inconclusive ||
                        (decision.verdict == Verdict::regressed && !alarm);
      expected = {alarm ? Ending::alarm : open ? Ending::open : Ending::passed, look};
      if (!open) break;
    }
    const Ended found = run_rule({row}, chosen, 30);
    EXPECT_EQ(found.ending, expected.ending) << number;
    EXPECT_EQ(found.pairs, expected.pairs) << number;
    ++endings[found.ending];
  }
  EXPECT_GT(endings[Ending::passed], 20);
  EXPECT_GT(endings[Ending::open], 20);
}

}  // namespace
}  // namespace tare
