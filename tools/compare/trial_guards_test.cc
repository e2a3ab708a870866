#include "tools/compare/trial_guards.h"

#include <cmath>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

using Reasons = std::vector<std::string>;

// A trial of 4,000 requests of 10 ms with nothing beside it.
Result calm() {
  Result result = trial(10).result;
  Observed observed;
  observed.seconds = 10;
  observed.steal_share = 0.01;
  observed.throttled_s = 0;
  observed.busiest_worker_cpu_share = 0.3;
  observed.postgres.emplace();
  observed.redis.emplace();
  result.observed = observed;
  result.operations["page"].thirds = {{1333, 10e6}, {1333, 10e6}, {1334, 10e6}};
  return result;
}

PairSample sample_pair(const Result& baseline, const Result& contender) {
  return {{baseline, {}}, {contender, {}}, PairOrder::baseline_first};
}

// Exactly one reason, which says `words`.
void expect_one(const Reasons& reasons, const std::string& words) {
  ASSERT_EQ(reasons.size(), 1u) << words;
  EXPECT_NE(reasons[0].find(words), std::string::npos) << reasons[0];
}

TEST(TrialGuards, ACalmPairIsNotTainted) {
  EXPECT_EQ(reasons_tainted(calm()), Reasons());
  EXPECT_EQ(reasons_tainted(sample_pair(calm(), calm()), {}, {}), Reasons());
  Result old = calm();  // of an older tare
  old.observed.reset();
  old.operations["page"].thirds.clear();
  EXPECT_EQ(reasons_tainted(sample_pair(old, calm()), {}, {}), Reasons());
}

TEST(TrialGuards, TheMachineTaintsATrial) {
  Result busy = calm(), stolen = calm(), throttled = calm();
  busy.observed->busiest_worker_cpu_share = 0.95;
  expect_one(reasons_tainted(busy), "saturated: its busiest thread used 95 % of a core");
  stolen.observed->steal_share = 0.031;
  EXPECT_EQ(reasons_tainted(stolen), Reasons());
  EXPECT_EQ(reasons_tainted(sample_pair(stolen, stolen), {}, {}), Reasons())
      << "alike in both arms";
  expect_one(reasons_tainted(sample_pair(calm(), stolen), {}, {}),
             "1.0 % of the processor time from the baseline and 3.1 % from the contender");
  stolen.observed->steal_share = 0.11;
  expect_one(reasons_tainted(stolen), "took 11.0 % of the processor time away");
  throttled.observed->seconds = 10;
  throttled.observed->throttled_s = 0.09;
  EXPECT_EQ(reasons_tainted(throttled), Reasons());
  throttled.observed->throttled_s = 0.25;
  expect_one(reasons_tainted(throttled), "quota held processes up for 0.25 s");
}

TEST(TrialGuards, AnotherServerTaintsATrial) {
  Result trial_result = calm();
  trial_result.observed->postgres->restarts = 1;
  expect_one(reasons_tainted(trial_result), "PostgreSQL began anew");
  trial_result = calm();
  trial_result.observed->redis->restarts = 1;
  expect_one(reasons_tainted(trial_result), "Redis began anew");
  trial_result = calm();
  trial_result.generator.reconnects = 2;
  expect_one(reasons_tainted(trial_result), "2 connections were lost");
  EXPECT_EQ(reasons_invalid(trial_result).size(), 1u) << "as before, also without pairs";
  trial_result.operations["page"].requests.timed_out = 1;
  EXPECT_EQ(reasons_tainted(trial_result), Reasons()) << "a timeout gives up its connection";
}

TEST(TrialGuards, WhatTheChangeDeclaresTaintsNothing) {
  Result evicting = calm(), checkpoint = calm(), vacuum = calm();
  evicting.observed->redis->evicted_keys = 7;
  checkpoint.observed->postgres->checkpoints_finished = 1;
  vacuum.observed->postgres->autovacuum_workers = 1;
  expect_one(reasons_tainted(sample_pair(calm(), evicting), {}, {}), "an eviction");
  EXPECT_EQ(reasons_tainted(sample_pair(evicting, evicting), {}, {}), Reasons());
  Criteria declared;
  declared.redis_settings = {"maxmemory-policy"};
  EXPECT_EQ(reasons_tainted(sample_pair(calm(), evicting), {}, declared), Reasons());
  declared.postgres_settings = {"max_wal_size"};
  EXPECT_EQ(reasons_tainted(sample_pair(calm(), checkpoint), {}, declared), Reasons());
  expect_one(reasons_tainted(sample_pair(calm(), vacuum), {}, declared), "autovacuum");
  declared.postgres_settings = {"autovacuum_naptime"};
  EXPECT_EQ(reasons_tainted(sample_pair(calm(), vacuum), {}, declared), Reasons());
}

TEST(TrialGuards, MaintenanceOfOneArmAlone) {
  const auto with = [](const std::function<void(Observed&)>& happens) {
    Result result = calm();
    happens(*result.observed);
    return result;
  };
  const Result checkpoint = with([](Observed& seen) { seen.postgres->checkpoints_started = 1; });
  const Result vacuum = with([](Observed& seen) { seen.postgres->autovacuums = 1; });
  const Result save = with([](Observed& seen) { seen.redis->background_saves = 1; });
  const Result rewrite = with([](Observed& seen) { seen.redis->aof_rewrites = 1; });
  expect_one(reasons_tainted(sample_pair(checkpoint, calm()), {}, {}),
             "a checkpoint of PostgreSQL fell into the "
             "window of the baseline alone");
  expect_one(reasons_tainted(sample_pair(calm(), vacuum), {}, {}),
             "autovacuum fell into the window of the "
             "contender alone");
  expect_one(reasons_tainted(sample_pair(calm(), save), {}, {}), "a background save of Redis");
  expect_one(reasons_tainted(sample_pair(rewrite, calm()), {}, {}), "append-only file");
  for (const Result& both : {checkpoint, vacuum, save, rewrite}) {
    EXPECT_EQ(reasons_tainted(sample_pair(both, both), {}, {}), Reasons());
  }
}

TEST(TrialGuards, ABaselineThatDriftsUnlikeThoseBefore) {
  const auto drifting = [](int64_t requests, double factor) {
    Result result = calm();
    result.operations["page"].thirds = {
        {requests, 10e6}, {requests, 10e6}, {requests, 10e6 * factor}};
    return result;
  };
  const auto tainted = [&](const Result& baseline, const Result& contender, double usual = 1) {
    const std::vector<PairSample> before(2, sample_pair(drifting(10'000, usual), calm()));
    return reasons_tainted(sample_pair(baseline, contender), before, {});
  };
  // 0.7 + 8 * sqrt(4 / 10,000) / 2: a factor of 2.18
  EXPECT_EQ(tainted(drifting(10'000, 2.1), calm()), Reasons());
  expect_one(tainted(drifting(10'000, 2.3), calm()), "changes by +130 %, usually by +0 %");
  expect_one(tainted(drifting(10'000, 2.3), drifting(10'000, 2.3)), "+130 %");
  expect_one(tainted(drifting(10'000, 1), calm(), 2.3), "usually by +130 %");
  EXPECT_EQ(tainted(drifting(10'000, 3), calm(), 3), Reasons()) << "as always";
  EXPECT_EQ(tainted(calm(), drifting(10'000, 9)), Reasons())
      << "what may be the change's effect is never left out";
  EXPECT_EQ(tainted(drifting(200, 3), calm()), Reasons()) << "so few requests differ by chance";
  EXPECT_EQ(tainted(drifting(99, 9), calm()), Reasons());
  EXPECT_EQ(tainted(drifting(1000, 0), calm()), Reasons());
  const PairSample alone = sample_pair(drifting(10'000, 9), calm());
  EXPECT_EQ(reasons_tainted(alone, {alone}, {}), Reasons()) << "nobody knows yet";
}

ExperimentPair pair_of(int number, const Reasons& reasons) {
  ExperimentPair pair;
  pair.number = number;
  pair.tainted = reasons;
  return pair;
}

TEST(TrialGuards, RepeatsAreBounded) {
  EXPECT_EQ(most_repeats(2), 1);
  EXPECT_EQ(most_repeats(6), 2);
  EXPECT_EQ(most_repeats(20), 6);
}

TEST(TrialGuards, MoreThanAThirdIsTooMany) {
  const std::vector<ExperimentPair> third = {pair_of(1, {}), pair_of(2, {"x"}), pair_of(2, {})};
  EXPECT_EQ(too_many_tainted(third), "");
  EXPECT_EQ(too_many_tainted({}), "");
  EXPECT_FALSE(beyond_repair(third, 2));
  const std::vector<ExperimentPair> half = {pair_of(1, {}), pair_of(2, {"steal", "lag"})};
  EXPECT_EQ(too_many_tainted(half),
            "1 of 2 pairs are tainted, more than a third; mend that first: pair 2: steal");
  EXPECT_FALSE(beyond_repair(half, 2)) << "repeated once, it is a third";
  std::vector<ExperimentPair> all(5, pair_of(1, {"x"}));
  EXPECT_FALSE(beyond_repair(all, 6)) << "so few go on";
  all.push_back(pair_of(4, {}));
  EXPECT_TRUE(beyond_repair(all, 6)) << "five of eight at most";
  EXPECT_FALSE(beyond_repair(all, 20)) << "five of 26";
}

TEST(TrialGuards, TheComparisonUsesWhatIsNotTainted) {
  const std::vector<PairSample> samples = paired({1, 2, 3}, {4, 5, 6});
  const auto some = untainted(samples, {pair_of(1, {}), pair_of(2, {"x"}), pair_of(2, {})});
  ASSERT_EQ(some.size(), 2u);
  EXPECT_EQ(some[1].contender.result.operations.at("page").response_time_ns.tm95, 6e6);
  EXPECT_EQ(untainted(samples, {pair_of(1, {"x"}), pair_of(2, {"x"}), pair_of(2, {"x"})}).size(),
            3u);
}

}  // namespace
}  // namespace tare
