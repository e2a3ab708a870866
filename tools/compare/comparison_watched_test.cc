#include <gtest/gtest.h>

#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

TEST(ComparisonWatched, SaysWhatItToldAndCost) {
  auto pairs = paired({10, 10.1, 10}, {10, 10.1, 10});
  EXPECT_TRUE(compare(pairs, {}).watched.empty()) << "an older tare's";
  double cost = 0.01;
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      AutoExplain& told = sample->result.auto_explain.emplace();
      told.told = 200;
      told.cost = cost += 0.002;
    }
  }
  EXPECT_EQ(compare(pairs, {}).watched,
            (std::vector<std::string>{"auto_explain told 1,200 plans that ran; its connection's "
                                      "statements took +1.7 % (median of the trials)"}));
}

TEST(ComparisonWatched, SaysOnceWhatCouldNotBeHad) {
  auto pairs = paired({10, 10.1}, {10, 10.1});
  for (PairSample& pair : pairs) {
    pair.baseline.result.auto_explain.emplace().off = "not allowed";
    pair.contender.result.session_plans.emplace().unknown = "PostgreSQL 13";
    ServerCounters& counters = pair.contender.result.counters.emplace();
    counters.sources = {{"statements", "", CounterSpan::window, {}, "no extension"},
                        {"io", "", CounterSpan::load, {}, "PostgreSQL 15"}};
    counters.waits.missing = "not allowed";
  }
  EXPECT_EQ(compare(pairs, {}).watched,
            (std::vector<std::string>{"no auto_explain: not allowed",
                                      "not known: pg_stat_statements: no extension",
                                      "not known: waits: not allowed",
                                      "not known: which plans sessions use: PostgreSQL "
                                      "13"}));
}

}  // namespace
}  // namespace tare
