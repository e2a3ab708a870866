#include "tools/compare/hit_or_fix.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "bench/model/random.h"
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

constexpr double kMargin = 0.05;

double tm95_of(const Ways& ways) {
  double sum = 0;
  for (const TrimmedPart& way : {ways.hits, ways.misses, ways.others}) sum += way.share * way.mean;
  return sum;
}

// Some ways are not gone at all.
Ways random_ways(uint64_t seed) {
  Random random(seed, 0, 0);
  const auto weight = [&random] { return random.unit() < 0.25 ? 0 : random.unit(); };
  double hits = weight(), misses = weight(), others = weight();
  if (hits + misses + others == 0) others = 1;
  const double sum = hits + misses + others;
  const auto way = [&random, sum](double share) {
    return share == 0 ? TrimmedPart() : TrimmedPart{share / sum, std::exp(20 * random.unit())};
  };
  return {way(hits), way(misses), way(others)};
}

TEST(SplitChange, AddsUpForRandomWays) {
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    const Ways before = random_ways(seed), after = random_ways(seed + 1'000'000);
    const ChangeParts parts = split_change(before, after);
    const double scale = tm95_of(before) + tm95_of(after);
    EXPECT_NEAR(parts.sum(), tm95_of(after) - tm95_of(before), 1e-9 * scale) << seed;
    const ChangeParts back = split_change(after, before);
    EXPECT_NEAR(parts.more_hits, -back.more_hits, 1e-9 * scale) << seed;
    EXPECT_NEAR(parts.hits, -back.hits, 1e-9 * scale) << seed;
    EXPECT_NEAR(parts.misses, -back.misses, 1e-9 * scale) << seed;
    EXPECT_NEAR(parts.others, -back.others, 1e-9 * scale) << seed;
  }
}

void expect_parts(const ChangeParts& parts, double more_hits, double hits, double misses,
                  double others) {
  EXPECT_NEAR(parts.more_hits, more_hits, 1e-9);
  EXPECT_NEAR(parts.hits, hits, 1e-9);
  EXPECT_NEAR(parts.misses, misses, 1e-9);
  EXPECT_NEAR(parts.others, others, 1e-9);
}

TEST(SplitChange, TellsHitsFromSpeed) {
  const Ways before{{0.5, 100}, {0.5, 1000}, {}};
  expect_parts(split_change(before, {{0.9, 100}, {0.1, 1000}, {}}), -360, 0, 0, 0);
  expect_parts(split_change(before, {{0.5, 80}, {0.5, 1000}, {}}), 0, -10, 0, 0);
  expect_parts(split_change(before, {{0.5, 100}, {0.5, 600}, {}}), 0, 0, -200, 0);
  // 0.4 more hits of (90 - 800) on average; 0.7 hits 20 faster; 0.3 misses 400 faster.
  expect_parts(split_change(before, {{0.9, 80}, {0.1, 600}, {}}), -284, -14, -120, 0);
  // No misses are left: what they would have taken is not known, so nothing changed there.
  expect_parts(split_change(before, {{1, 100}, {}, {}}), -450, 0, 0, 0);
}

TEST(SplitChange, KeepsOtherWaysApart) {
  const Ways before{{0.4, 100}, {0.4, 1000}, {0.2, 500}};
  expect_parts(split_change(before, {{0.4, 100}, {0.4, 1000}, {0.2, 400}}), 0, 0, 0, -20);
  // Half of the bypasses now go through the cache, with its hit ratio: no more hits in a hundred.
  expect_parts(split_change(before, {{0.45, 100}, {0.45, 1000}, {0.1, 500}}), 0, 0, 0, 5);
  // A cache where there was none.
  expect_parts(split_change({{}, {}, {1, 1000}}, {{0.9, 100}, {0.1, 1000}, {}}), 0, 0, 0, -810);
}

TEST(WaysOf, ReadsThePartsOfEachPath) {
  OperationResult operation;
  operation.response_time_ns.count = 10;
  operation.response_time_ns.tm95 = 7;
  EXPECT_FALSE(ways_of(operation).has_value());
  operation.paths["plain"].count = 10;
  EXPECT_EQ(ways_of(operation)->others, (TrimmedPart{1, 7}));  // an older result, but one path
  operation.paths["hit"].count = 1;
  EXPECT_FALSE(ways_of(operation).has_value());
  operation.paths["plain"].tm95_part = {0.25, 4};
  operation.paths["hit"].tm95_part = {0.5, 1};
  operation.paths["bypass"].tm95_part = {0.25, 2};
  EXPECT_EQ(ways_of(operation)->hits, (TrimmedPart{0.5, 1}));
  EXPECT_EQ(ways_of(operation)->misses, TrimmedPart());
  EXPECT_EQ(ways_of(operation)->others, (TrimmedPart{0.5, 3}));
}

// A change of -400 of 1000: `by_hits` of it by more hits, the rest by faster misses.
HitOrFix faster(double by_hits, Blocks per_miss) {
  HitOrFix out;
  out.operation = "page";
  out.pairs = 3;
  out.baseline_ns = 1000;
  out.change_ns = -400;
  out.more_hits_ns = -400 * by_hits;
  out.misses_ns = -400 * (1 - by_hits);
  out.hit_ratio_change = 0.1;
  out.blocks_per_miss = per_miss;
  return out;
}

const Blocks kSame{1000, 1000}, kLess{1000, 100}, kMore{1000, 2000};

HitOrFix turned(HitOrFix found) {
  for (double* part : {&found.change_ns, &found.more_hits_ns, &found.hits_ns, &found.misses_ns,
                       &found.others_ns, &*found.hit_ratio_change}) {
    *part = -*part;
  }
  std::swap(found.blocks_per_miss->baseline, found.blocks_per_miss->contender);
  return found;
}

TEST(CauseOf, IsCacheWhenHitsMakeHalfAndWorkStays) {
  EXPECT_EQ(cause_of(faster(1, kSame), kMargin), Cause::cache);
  EXPECT_EQ(cause_of(faster(0.5, kSame), kMargin), Cause::cache);
  EXPECT_EQ(cause_of(faster(0.49, kSame), kMargin), Cause::neither);
  EXPECT_EQ(cause_of(faster(0, kSame), kMargin), Cause::neither);
  EXPECT_EQ(cause_of(turned(faster(1, kSame)), kMargin), Cause::cache);
}

TEST(CauseOf, IsWorkWhenItFellAndMissesAreFaster) {
  EXPECT_EQ(cause_of(faster(0, kLess), kMargin), Cause::work);
  EXPECT_EQ(cause_of(faster(0.24, kLess), kMargin), Cause::work);
  EXPECT_EQ(cause_of(faster(0.25, kLess), kMargin), Cause::both);
  EXPECT_EQ(cause_of(faster(0.75, kLess), kMargin), Cause::both);
  EXPECT_EQ(cause_of(faster(0.76, kLess), kMargin), Cause::cache);
  EXPECT_EQ(cause_of(turned(faster(0, kLess)), kMargin), Cause::work);
  EXPECT_EQ(cause_of(turned(faster(0.5, kLess)), kMargin), Cause::both);
  // Other work than the change's direction explains nothing.
  EXPECT_EQ(cause_of(faster(0, kMore), kMargin), Cause::neither);
  EXPECT_EQ(cause_of(faster(1, kMore), kMargin), Cause::cache);
}

TEST(CauseOf, HoldsTheWorkAgainstItsThresholds) {
  EXPECT_EQ(cause_of(faster(0, {1000, 950}), kMargin), Cause::neither);  // 5 %
  EXPECT_EQ(cause_of(faster(0, {1000, 949}), kMargin), Cause::work);
  EXPECT_EQ(cause_of(faster(0, {20, 15}), kMargin), Cause::neither);  // 5 blocks
  EXPECT_EQ(cause_of(faster(0, {20, 14}), kMargin), Cause::work);
}

// More hits in the fastest 95 % alone are none: misses may have become so slow that they fell out.
TEST(CauseOf, WantsTheHitRatioToMove) {
  HitOrFix found = faster(1, kSame);
  found.hit_ratio_change = kHitRatioMoved;
  EXPECT_EQ(cause_of(found, kMargin), Cause::cache);
  found.hit_ratio_change = kHitRatioMoved * 0.99;
  EXPECT_EQ(cause_of(found, kMargin), Cause::neither);
  found.hit_ratio_change = -0.3;
  EXPECT_EQ(cause_of(found, kMargin), Cause::neither);
  found.hit_ratio_change.reset();
  EXPECT_EQ(cause_of(found, kMargin), Cause::neither);
}

TEST(CauseOf, CountsFasterHitsAsWorkOnlyIfHitsDoWork) {
  HitOrFix found = faster(0, kLess);
  std::swap(found.hits_ns, found.misses_ns);
  EXPECT_EQ(cause_of(found, kMargin), Cause::neither);
  found.blocks_per_hit = kLess;
  EXPECT_EQ(cause_of(found, kMargin), Cause::work);
  found.blocks_per_miss = Blocks{4000, 3910};  // as good as the same
  found.blocks_per_hit = Blocks{100, 10};
  found.cause = cause_of(found, kMargin);
  EXPECT_EQ(words_of(found), "faster by less work per hit, 100 blocks -> 10: a fix");
}

TEST(CauseOf, SaysNothingInsideTheMarginOrWithoutPlans) {
  HitOrFix found = faster(1, kSame);
  EXPECT_EQ(cause_of(found, 0.4), Cause::cache);
  EXPECT_EQ(cause_of(found, 0.4001), Cause::within_margin);
  found.blocks_per_miss.reset();
  EXPECT_EQ(cause_of(found, kMargin), Cause::no_plans);
  EXPECT_EQ(cause_of(HitOrFix(), 0), Cause::within_margin);
}

std::string words(HitOrFix found) {
  found.cause = cause_of(found, kMargin);
  return words_of(found);
}

TEST(WordsOf, NameTheCause) {
  EXPECT_EQ(words(faster(0.9, kSame)), "faster, same work per miss, more hits: the cache");
  EXPECT_EQ(words(faster(0, kLess)), "faster by less work per miss, 1,000 blocks -> 100: a fix");
  EXPECT_EQ(words(faster(0.5, kLess)),
            "faster by more hits and by less work per miss, 1,000 blocks -> 100: the cache and a "
            "fix");
  EXPECT_EQ(words(faster(0.9, kLess)),
            "faster by more hits: the cache; less work per miss too, 1,000 blocks -> 100, but that "
            "is less than a quarter of it");
  EXPECT_EQ(words(faster(0.9, kMore)),
            "faster by more hits, with more work per miss, 1,000 blocks -> 2,000: the cache");
  EXPECT_EQ(words(faster(0.1, kSame)),
            "faster for the same work per miss, mostly by faster misses");
  EXPECT_EQ(words(faster(0.1, kMore)),
            "faster, mostly by faster misses; the work per miss, 1,000 blocks -> 2,000, does not "
            "explain it");
  EXPECT_EQ(words(turned(faster(0.9, kSame))), "slower, same work per miss, fewer hits: the cache");
  EXPECT_EQ(words(turned(faster(0, kLess))), "slower by more work per miss, 100 blocks -> 1,000");
  EXPECT_EQ(words(turned(faster(0.5, kLess))),
            "slower by fewer hits and by more work per miss, 100 blocks -> 1,000");
  HitOrFix no_plans = faster(0.9, kSame);
  no_plans.blocks_per_miss.reset();
  EXPECT_EQ(words(no_plans), "faster, mostly by more hits; no plans tell the work per miss");
  EXPECT_EQ(words(HitOrFix()), "");
}

TEST(WordsOf, SayWhatWentTheOtherWay) {
  HitOrFix found = faster(1, kSame);
  found.more_hits_ns = -500, found.hits_ns = 100;  // a quarter of the change
  EXPECT_EQ(words(found),
            "faster, same work per miss, more hits: the cache, in spite of slower hits");
  found.more_hits_ns = -499, found.hits_ns = 99;
  EXPECT_EQ(words(found), "faster, same work per miss, more hits: the cache");
  // Slower hits although there are more of them.
  HitOrFix slower = faster(0, kSame);
  slower.change_ns = 400, slower.more_hits_ns = -200, slower.hits_ns = 600, slower.misses_ns = 0;
  EXPECT_EQ(words(slower),
            "slower for the same work per miss, mostly by slower hits, in spite of more hits");
}

TEST(WordsOf, SpeakOfRequestsWhereThereIsNoCache) {
  HitOrFix found = faster(0, {3200.4, 7.5});
  found.hit_ratio_change.reset();
  std::swap(found.misses_ns, found.others_ns);
  EXPECT_EQ(words(found), "faster by less work per request, 3,200 blocks -> 7.5: a fix");
  found.blocks_per_miss = kSame;
  EXPECT_EQ(words(found), "faster for the same work per request");
}

// Whatever comes: the cache is not named unless more hits help, nor a fix unless work fell.
TEST(CauseOf, NamesNothingThatDidNotMove) {
  std::map<Cause, int> seen;
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    Random random(seed, 1, 0);
    const auto any = [&random] { return random.unit() < 0.2 ? 0 : 400 * (random.unit() - 0.5); };
    HitOrFix found;
    found.baseline_ns = 1000;
    found.more_hits_ns = any(), found.hits_ns = any(), found.misses_ns = any();
    found.others_ns = any();
    found.change_ns = found.more_hits_ns + found.hits_ns + found.misses_ns + found.others_ns;
    if (random.unit() < 0.9) found.hit_ratio_change = any() / 10'000;
    if (random.unit() < 0.9) found.blocks_per_miss = Blocks{200 + any(), 200 + any()};
    if (random.unit() < 0.5) found.blocks_per_hit = Blocks{200 + any(), 200 + any()};
    found.cause = cause_of(found, kMargin);
    ++seen[found.cause];
    const int direction = found.change_ns < 0 ? -1 : 1;
    const bool says_cache = found.cause == Cause::cache || found.cause == Cause::both;
    const bool says_work = found.cause == Cause::work || found.cause == Cause::both;
    const std::string text = words_of(found);
    EXPECT_TRUE(says_cache || text.find("cache") == std::string::npos) << text;
    EXPECT_TRUE(says_work || text.find("a fix") == std::string::npos) << text;
    if (says_cache) {
      EXPECT_GE(-direction * *found.hit_ratio_change, kHitRatioMoved) << seed;
      EXPECT_GE(direction * found.more_hits_ns, direction * found.change_ns / 4) << seed;
    }
    const auto fell = [direction](const std::optional<Blocks>& blocks) {
      return blocks && direction * (blocks->contender - blocks->baseline) > kSameBlocks;
    };
    if (says_work) {
      EXPECT_TRUE(fell(found.blocks_per_miss) || fell(found.blocks_per_hit)) << seed;
    }
  }
  for (const Cause cause : {Cause::within_margin, Cause::no_plans, Cause::both, Cause::cache,
                            Cause::work, Cause::neither}) {
    EXPECT_GT(seen[cause], 100) << to_text(cause);
  }
}

// ---- over pairs -------------------------------------------------------------------------------

// `hits` of 100 requests take 0.1 ms, the others `miss_ms`; a miss reads `blocks`.
Sample cached_trial(int hits, double miss_ms, int64_t blocks) {
  Sample sample = trial(1, 100);
  OperationResult& operation = sample.result.operations.at("page");
  operation.paths.clear();
  operation.paths["hit"].count = hits;
  operation.paths["hit"].tm95_part = {hits / 100.0, 1e5};
  operation.paths["miss"].count = 100 - hits;
  operation.paths["miss"].tm95_part = {1 - hits / 100.0, miss_ms * 1e6};
  operation.response_time_ns.tm95 = hits / 100.0 * 1e5 + (1 - hits / 100.0) * miss_ms * 1e6;
  TrialPlan plan;
  plan.operation = "page", plan.step = "list.query", plan.parameters = {"1"};
  plan.shape.blocks = blocks;
  sample.plans = {plan};
  return sample;
}

std::vector<PairSample> cached_pairs(int hits_after, double miss_ms_after, int64_t blocks_after) {
  std::vector<PairSample> pairs;
  for (const double noise : {0.0, 0.01, -0.01}) {
    pairs.push_back(
        {cached_trial(50, 1 + noise, 1000), cached_trial(hits_after, miss_ms_after, blocks_after)});
  }
  return pairs;
}

TEST(HitOrFix, CallsMoreHitsTheCache) {
  const Comparison comparison = compare(cached_pairs(90, 1, 1000), {});
  ASSERT_EQ(comparison.hit_or_fix.size(), 1u);
  const HitOrFix& found = comparison.hit_or_fix.front();
  EXPECT_EQ(found.cause, Cause::cache);
  EXPECT_EQ(found.operation, "page");
  EXPECT_EQ(found.pairs, 3);
  EXPECT_NEAR(found.baseline_ns, 550e3, 1);
  EXPECT_NEAR(found.change_ns, -360e3, 1);
  EXPECT_NEAR(found.more_hits_ns, -360e3, 1);
  EXPECT_NEAR(*found.hit_ratio_change, 0.4, 1e-12);
  EXPECT_EQ(found.blocks_per_miss, (Blocks{1000, 1000}));
  EXPECT_FALSE(found.blocks_per_hit.has_value());
  EXPECT_EQ(found.words, "faster, same work per miss, more hits: the cache");
}

TEST(HitOrFix, CallsLessWorkAFix) {
  const HitOrFix found = hit_or_fix(cached_pairs(50, 0.3, 40), {}).front();
  EXPECT_EQ(found.cause, Cause::work);
  EXPECT_EQ(found.words, "faster by less work per miss, 1,000 blocks -> 40: a fix");
}

TEST(HitOrFix, SeesTheWorkOfHitsToo) {
  std::vector<PairSample> pairs = cached_pairs(50, 0.3, 40);
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      sample->plans.push_back(sample->plans.front());
      sample->plans.back().step = "count";
    }
  }
  const HitOrFix found = hit_or_fix(pairs, {}).front();
  EXPECT_EQ(found.blocks_per_miss, (Blocks{2000, 80}));
  EXPECT_EQ(found.blocks_per_hit, (Blocks{1000, 40}));
}

TEST(HitOrFix, NeedsMoreThanOnePairAndMoreThanNoise) {
  std::vector<PairSample> pairs = cached_pairs(90, 1, 1000);
  EXPECT_EQ(hit_or_fix({pairs.front()}, {}).front().cause, Cause::unclear);
  EXPECT_EQ(hit_or_fix({pairs.front()}, {}).front().words, "");
  pairs.back() = {cached_trial(50, 1, 1000), cached_trial(20, 3, 1000)};
  EXPECT_EQ(hit_or_fix(pairs, {}).front().cause, Cause::unclear);
  EXPECT_EQ(hit_or_fix(cached_pairs(50, 1, 1000), {}).front().cause, Cause::within_margin);
}

TEST(HitOrFix, TellsOfMoreHitsWhenTheWholeIsNotClear) {
  std::vector<PairSample> pairs = cached_pairs(90, 1, 1000);
  OperationResult& noisy = pairs.back().contender.result.operations.at("page");
  noisy.paths["hit"].tm95_part->mean = 5e5;
  noisy.response_time_ns.tm95 = 0.9 * 5e5 + 0.1 * 1e6;
  EXPECT_EQ(hit_or_fix(pairs, {}).front().cause, Cause::unclear);
  EXPECT_EQ(hit_or_fix(pairs, {}).front().words,
            "more hits by themselves make it 61 % faster for the same work per miss: the cache; "
            "the whole change is not clear");
  EXPECT_EQ(hit_or_fix({pairs.back()}, {}).front().words, "");
  Criteria wide;
  wide.margins["response_time_tm95"] = 0.6;  // inside which the whole change is, too
  EXPECT_EQ(hit_or_fix(pairs, wide).front().words, "");
  for (PairSample& pair : pairs) pair.contender.plans.front().shape.blocks = 900;
  EXPECT_EQ(hit_or_fix(pairs, {}).front().words, "");  // the work moved
}

TEST(HitOrFix, LeavesOutWhatCannotBeSplit) {
  std::vector<PairSample> pairs = cached_pairs(90, 1, 1000);
  for (PairSample& pair : pairs) {
    pair.baseline.result.operations["page"].paths["hit"].tm95_part.reset();
  }
  EXPECT_TRUE(hit_or_fix(pairs, {}).empty());  // an older tare's
  EXPECT_TRUE(hit_or_fix({}, {}).empty());
  pairs = cached_pairs(90, 1e302, 1000);
  for (PairSample& pair : pairs) pair.baseline = cached_trial(50, -1e302, 1000);
  for (const HitOrFix& found : hit_or_fix(pairs, {})) {
    EXPECT_TRUE(std::isfinite(found.change_ns) && std::isfinite(found.misses_ns));
  }
}

}  // namespace
}  // namespace tare
