// Rows of stalls.
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

std::vector<PairSample> stalled_pairs() {
  std::vector<PairSample> pairs = paired({10, 11, 12}, {10, 11, 12});
  for (size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].baseline.result.stalls = Stalls{};
    pairs[i].contender.result.stalls = Stalls{int64_t(i), 1'000'000'000, 900'000'000};
  }
  return pairs;
}

TEST(StallRows, AreShownForAllOperations) {
  const Comparison comparison = compare(stalled_pairs(), {});
  const Row& count = row_of(comparison, "stalls_per_minute", "(all)");
  EXPECT_EQ(count.unit, Unit::per_minute);
  EXPECT_EQ(count.baseline, 0);
  EXPECT_NEAR(*count.contender, 6, 1e-12);  // 0, 1 and 2 in 10 s
  EXPECT_FALSE(count.change || count.verdict);
  const Row& share = row_of(comparison, "stalled_share", "(all)");
  EXPECT_EQ(share.unit, Unit::share);
  EXPECT_EQ(share.kind, ChangeKind::points);
  EXPECT_EQ(share.baseline, 0);
  EXPECT_NEAR(*share.contender, 0.1, 1e-12);
  EXPECT_NEAR(*share.change, 0.1, 1e-12);
  EXPECT_FALSE(share.verdict);
  EXPECT_EQ(share.gating, Gating::shown);
}

TEST(StallRows, AreMissingWhereATrialDoesNotTell) {
  std::vector<PairSample> pairs = stalled_pairs();
  pairs[1].contender.result.stalls.reset();
  for (const Row& row : compare(pairs, {}).rows) EXPECT_NE(row.operation, "(all)") << row.metric;
  pairs = stalled_pairs();
  pairs[1].contender.result.measured_s = 0;
  for (const Row& row : compare(pairs, {}).rows) EXPECT_NE(row.operation, "(all)") << row.metric;
}

}  // namespace
}  // namespace tare
