#include "tools/compare/counter_changes.h"

#include <gtest/gtest.h>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

CounterSource statements(int64_t calls, int64_t blocks) {
  CounterSource source{"statements", "pg_stat_statements", CounterSpan::window, {}, ""};
  if (calls > 0) source.values.push_back({"page/post", "calls", "count", calls});
  if (blocks > 0) source.values.push_back({"page/post", "shared_blks_hit", "blocks", blocks});
  return source;
}

Sample counted(const CounterSource& source) {
  Sample sample = trial(1);
  ServerCounters& counters = sample.result.counters.emplace();
  counters.window_requests = 4000;
  counters.load_requests = 6000;
  counters.sources = {source};
  return sample;
}

TEST(CounterChanges, FindsWhatMovedAndNotWhatWavers) {
  std::vector<PairSample> pairs;
  for (int i = 0; i < 6; ++i) {
    pairs.push_back({counted(statements(4000 + 300 * (i % 3), 40000 + i)),
                     counted(statements(4000 + 300 * ((i + 1) % 3), 8000 - i))});
  }
  const auto changes = counter_changes(pairs);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].object, "page/post");
  EXPECT_EQ(changes[0].name, "shared_blks_hit");
  EXPECT_NEAR(changes[0].baseline, 10, 0.01);
  EXPECT_NEAR(changes[0].contender, 2, 0.01);
  EXPECT_EQ(changes[0].pairs, 6);
  EXPECT_EQ(compare(pairs, {}).counter_changes, changes);
  EXPECT_TRUE(counter_changes({pairs[0], pairs[1]}).empty()) << "two pairs tell nothing of chance";
}

// A counter that one arm does not have is 0 there, unless nothing was read.
TEST(CounterChanges, WhatDidNotMoveIsZeroAndWhatWasNotReadIsNot) {
  std::vector<PairSample> pairs(4, {counted(statements(4000, 0)), counted(statements(4000, 9000))});
  auto changes = counter_changes(pairs);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].baseline, 0);
  EXPECT_EQ(changes[0].contender, 2.25);
  for (PairSample& pair : pairs) {
    pair.baseline.result.counters->sources[0].values.clear();
    pair.baseline.result.counters->sources[0].missing = "no pg_stat_statements";
  }
  EXPECT_TRUE(counter_changes(pairs).empty());
  for (PairSample& pair : pairs) pair.baseline.result.counters.reset();
  EXPECT_TRUE(counter_changes(pairs).empty()) << "results of an older tare";
}

TEST(CounterChanges, IndexesHotUpdatesAndWaitsAreSeen) {
  const auto with = [](int64_t scans, int64_t hot, int64_t reads) {
    Sample sample = counted(statements(4000, 100));
    IndexReview& review = sample.result.index_review.emplace();
    review.requests = 6000;
    TableUse table;
    table.schema = "public";
    table.name = "comment";
    table.updates = 1000;
    table.hot_updates = hot;
    IndexUse index;
    index.schema = "public";
    index.name = "comment_created";
    index.scans = scans;
    table.indexes = {index};
    review.tables = {table};
    sample.result.counters->waits.counts = {{"page/post", "IO/DataFileRead", reads},
                                            {"page/post", "running", 100 - reads}};
    return sample;
  };
  std::vector<PairSample> pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.push_back({with(0, 980 + i, 40 + i % 2), with(4120, 120 - i, 3)});
  }
  std::map<std::string, CounterChange> found;
  for (const CounterChange& change : counter_changes(pairs)) found[change.name] = change;
  ASSERT_TRUE(found.contains("HOT updates"));
  EXPECT_NEAR(found["HOT updates"].baseline, 0.98, 0.01);
  EXPECT_NEAR(found["HOT updates"].contender, 0.12, 0.01);
  ASSERT_TRUE(found.contains("scans"));
  EXPECT_EQ(found["scans"].source, "indexes");
  EXPECT_EQ(found["scans"].baseline, 0);
  ASSERT_TRUE(found.contains("IO/DataFileRead"));
  EXPECT_NEAR(found["IO/DataFileRead"].contender, 0.03, 1e-9);
}

TEST(CounterChanges, FewEventsAreLeftAlone) {
  const std::vector<PairSample> pairs(4,
                                      {counted(statements(4000, 0)), counted(statements(4000, 5))});
  EXPECT_TRUE(counter_changes(pairs).empty());
}

}  // namespace
}  // namespace tare
