#include "tools/proof/corpus_replay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tools/compare/looks.h"
#include "tools/compare/simulated_machine.h"
#include "tools/proof/corpus_fixture.h"

namespace tare {
namespace {

const Progress kSilent = [](const std::string&) {};

// Pairs of a made-up machine; the contender takes `factor` times as long.
CorpusCell cell_of(const Machine& machine, double factor, int pairs) {
  CorpusCell cell;
  cell.name = "cell";
  SimulatedMachine simulated(machine, 11);
  simulated.begin();
  BalancedOrder order;
  for (int i = 0; i < pairs; ++i) {
    PairSample pair;
    pair.order = order.next([&simulated] { return simulated.toss(); });
    pair.baseline = trial(100 * std::exp(simulated.own_noise()));
    pair.contender = trial(factor * 100 * std::exp(simulated.own_noise()));
    cell.pairs.push_back(pair);
  }
  return cell;
}

std::vector<size_t> from_first(size_t count) {
  std::vector<size_t> numbers;
  for (size_t i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

TEST(CorpusReplay, EndsAtTheFirstLookThatSettlesIt) {
  const Replay same = replay(cell_of(kQuiet, 1, 30), from_first(30), standard_looks(), 0.03);
  EXPECT_EQ(same.pairs, 6);
  EXPECT_EQ(same.exit_code, 0);
  EXPECT_EQ(same.verdicts.at("page"), Verdict::equivalent);
  const Replay worse = replay(cell_of(kQuiet, 1.1, 30), from_first(30), standard_looks(), 0.03);
  EXPECT_EQ(worse.exit_code, 1);
  EXPECT_EQ(worse.verdicts.at("page"), Verdict::regressed);
}

TEST(CorpusReplay, TakesTheMarginGivenNotTheStoredOne) {
  CorpusCell cell = cell_of(kQuiet, 1.05, 6);
  cell.criteria.margins[kReplayedMetric] = 0.5;
  EXPECT_EQ(replay(cell, from_first(6), {6}, 0.03).verdicts.at("page"), Verdict::regressed);
  EXPECT_EQ(replay(cell, from_first(6), {6}, 0.2).verdicts.at("page"), Verdict::equivalent);
}

// What the real comparison says of the same pairs at the level of one look among so many.
TEST(CorpusReplay, SaysWhatTheComparisonSays) {
  const CorpusCell cell = cell_of(kNoisy, 1.03, 10);
  Criteria criteria;
  criteria.levels = levels_of(2);
  criteria.margins[kReplayedMetric] = 0.03;
  const Replay found = replay(cell, from_first(10), {6, 10}, 0.03);
  ASSERT_EQ(found.pairs, 10);
  const Comparison comparison = compare(cell.pairs, criteria);
  EXPECT_EQ(found.verdicts.at("page"), *row_of(comparison, kReplayedMetric).verdict);
  EXPECT_EQ(found.exit_code, exit_code(comparison));
}

TEST(CorpusReplay, AnInvalidExperimentHasNoVerdicts) {
  CorpusCell cell = cell_of(kQuiet, 1, 6);
  cell.pairs[2].contender.result.schedule_digest = "other requests";
  const Replay found = replay(cell, from_first(6), {6}, 0.03);
  EXPECT_EQ(found.exit_code, 3);
  EXPECT_EQ(found.verdicts.at("page"), Verdict::invalid);
  EXPECT_NE(found.invalid_reason.find("pair 3"), std::string::npos);
  EXPECT_EQ(independent_experiments(cell, 6, 0.03).invalid_reason, found.invalid_reason);
}

// An experiment of 6 pairs each, while 20 are left: at 0, 6 and 12 of 35; 17 are left at 18.
TEST(CorpusReplay, IndependentExperimentsShareNoPair) {
  const CorpusCell cell = cell_of(kQuiet, 1, 35);
  const Tally tally = independent_experiments(cell, 20, 0.03);
  EXPECT_EQ(tally.experiments, 3);
  EXPECT_EQ(tally.worth, 3);
  EXPECT_EQ(tally.mean_pairs, 6);
  EXPECT_EQ(tally.exit_codes[0], 3);
  EXPECT_EQ(tally.operations.at("page").count(Verdict::equivalent), 3);
  EXPECT_EQ(independent_experiments(cell, 36, 0.03).experiments, 0);
}

TEST(CorpusReplay, ResampledExperimentsAreWorthNoMoreThanTheirPairs) {
  const CorpusCell cell = cell_of(kQuiet, 1.1, 30);
  const Tally tally = resampled_experiments(cell, 20, 0.03, 40, kSilent);
  EXPECT_EQ(tally.experiments, 40);
  EXPECT_EQ(tally.exit_codes[1], 40);
  EXPECT_DOUBLE_EQ(tally.worth, 30 / tally.mean_pairs);
  EXPECT_EQ(tally.operations.at("page").count(Verdict::regressed), 40);
  EXPECT_EQ(resampled_experiments(cell, 40, 0.03, 5, kSilent).experiments, 0);
  const CorpusCell noisy = cell_of(kNoisy, 1.03, 30);
  EXPECT_EQ(resampled_experiments(noisy, 20, 0.03, 20, kSilent).exit_codes,
            resampled_experiments(noisy, 20, 0.03, 20, kSilent).exit_codes);
}

// Identical arms that differ all the same, by 1 %: a coin for each pair makes them alike again.
TEST(CorpusReplay, SwappedArmsAreAlike) {
  CorpusCell cell = cell_of(kQuiet, 1.01, 30);
  EXPECT_FALSE(has_identical_arms(cell));
  cell.name = "noisy-aa";
  EXPECT_TRUE(has_identical_arms(cell));
  const auto alarms = [](const Tally& tally) {
    return tally.operations.at("page").count(Verdict::regressed);
  };
  EXPECT_GT(alarms(resampled_experiments(cell, 20, 0.0001, 100, kSilent)), 90);
  const Tally swapped = swapped_experiments(cell, 20, 0.0001, 200, kSilent);
  EXPECT_LE(alarms(swapped), 6);
  EXPECT_EQ(swapped.worth, 200);
  EXPECT_EQ(swapped_experiments(cell, 31, 0.03, 5, kSilent).experiments, 0);
}

TEST(CorpusReplay, OthersGetBlocksThatDoNotOverlap) {
  const auto tallies = rival_tallies(cell_of(kQuiet, 1.1, 25), "page");
  ASSERT_EQ(tallies.size(), std::size(kRivalRules));
  EXPECT_EQ(tallies[0].experiments, 2);
  EXPECT_EQ(tallies[0].alarms, 2);
  EXPECT_EQ(tallies[2].experiments, 3);
  EXPECT_EQ(tallies[3].experiments, 25);
  EXPECT_EQ(tallies[3].alarms, 25);
  EXPECT_EQ(rival_tallies(cell_of(kQuiet, 1, 5), "absent")[3].experiments, 0);
}

TEST(CorpusReplay, AllPairsTellTheTrueChange) {
  const auto found = whole_change(cell_of(kQuiet, 1.05, 200), "page");
  ASSERT_TRUE(found && found->limits);
  EXPECT_EQ(found->pairs, 200);
  EXPECT_LT(found->limits->low, 0.05);
  EXPECT_GT(found->limits->high, 0.05);
  EXPECT_NEAR(found->spread, 0.005 * std::sqrt(2.0), 0.001);
  EXPECT_NEAR(found->neighbours, 0, 0.25);
  EXPECT_FALSE(whole_change(cell_of(kQuiet, 1, 3), "absent"));
  const auto one = whole_change(cell_of(kQuiet, 1, 1), "page");
  ASSERT_TRUE(one);
  EXPECT_FALSE(one->limits);
}

// Nine hits of ten instead of five, the same blocks for a miss.
TEST(CorpusReplay, MoreHitsAreCalledTheCache) {
  CorpusCell cell = cell_of(kQuiet, 1, 6);
  for (PairSample& pair : cell.pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      const double share = sample == &pair.baseline ? 0.5 : 0.9;
      OperationResult& page = sample->result.operations.at("page");
      page.paths.clear();
      page.paths["hit"].count = int64_t(share * 4000);
      page.paths["hit"].tm95_part = TrimmedPart{share, 1e6};
      page.paths["miss"].count = 4000 - page.paths["hit"].count;
      page.paths["miss"].tm95_part = TrimmedPart{1 - share, 10e6};
      page.response_time_ns.tm95 = share * 1e6 + (1 - share) * 10e6;
      TrialPlan plan;
      plan.operation = "page";
      plan.step = "page.query";
      plan.shape.blocks = 10;
      sample->plans.push_back(plan);
    }
  }
  const Replay found = replay(cell, from_first(6), {6}, 0.03);
  EXPECT_EQ(found.causes.at("page"), Cause::cache);
  EXPECT_EQ(independent_experiments(cell, 6, 0.03).operations.at("page").cache, 1);
}

TEST(CorpusReplay, NeedsAsManyPairsAsLooks) {
  EXPECT_THROW(replay(cell_of(kQuiet, 1, 6), from_first(5), {6}, 0.03), std::invalid_argument);
}

}  // namespace
}  // namespace tare
