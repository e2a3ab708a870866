#include "tools/report/guard_lines.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(GuardLines, SayWhatBecameOfTaintedPairs) {
  Experiment experiment;
  EXPECT_TRUE(tainted_lines(experiment).empty());
  experiment.pairs = {{PairOrder::baseline_first, "a", "b", 1, {}},
                      {PairOrder::baseline_first, "c", "d", 2, {"a checkpoint", "a drift"}},
                      {PairOrder::baseline_first, "e", "f", 2, {}},
                      {PairOrder::baseline_first, "g", "h", 3, {"steal\nx"}}};
  const std::vector<std::string> lines = tainted_lines(experiment);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "pair 2 (measured again): a checkpoint; a drift");
  EXPECT_EQ(lines[1].find('\n'), std::string::npos);
  EXPECT_TRUE(lines[1].starts_with("pair 3 (left out): steal"));
}

TEST(GuardLines, NameWhatARepeatRepeats) {
  Experiment experiment;
  EXPECT_EQ(pooled_line(experiment), "");
  experiment.pooled = {{"a", 6, "regressed"}, {"b", 12, "inconclusive"}};
  EXPECT_EQ(pooled_line(experiment),
            "pooled: 12 of the pairs are those of b (inconclusive), which this repeats");
}

TEST(GuardLines, HoldTheBaselineAgainstItself) {
  Comparison comparison;
  EXPECT_EQ(null_line(comparison, Style()), "");
  comparison.null_check = {{"page", "response_time_tm95", 0.01, -0.03, 0.05, 3},
                           {"list", "response_time_tm95", -0.08, -0.1, -0.06, 3},
                           {"once", "response_time_tm95", 0.9, {}, {}, 1}};
  const std::string line = null_line(comparison, Style());
  EXPECT_TRUE(
      line.starts_with("baseline against itself: 1 of 2 metrics show no change; furthest: "
                       "list response tm95 -8.0 %"))
      << line;
}

TEST(GuardLines, TellWhatRunningSecondCosts) {
  Comparison comparison;
  EXPECT_EQ(order_line(comparison, Style()), "");
  Row row;
  row.operation = "page";
  row.metric = "response_time_tm95";
  row.gating = Gating::gating;
  row.order_effect = 0.012;
  Row shown = row;
  shown.gating = Gating::shown;
  shown.order_effect = 0.5;
  comparison.rows = {row, shown};
  EXPECT_EQ(order_line(comparison, Style()),
            "running second costs: at most page response tm95 +1.2 %");
}

}  // namespace
}  // namespace tare
