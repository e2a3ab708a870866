#include <gtest/gtest.h>

#include "tools/compare/comparison.h"
#include "tools/compare/comparison_fixture.h"

namespace tare {
namespace {

TEST(Comparison, ShowsWhatServersSpentByRequest) {
  auto pairs = paired({10, 10}, {10, 10});
  for (PairSample& pair : pairs) {
    for (Sample* sample : {&pair.baseline, &pair.contender}) {
      const bool changed = sample == &pair.contender;
      sample->result.operations["page"].requests.ok = 2000;
      sample->result.operations["page"].paths["plain"].count = 2000;
      sample->result.operations["page"].requests.failed = 2000;
      Observed& observed = sample->result.observed.emplace();
      observed.postgres.emplace().cpu_ns = changed ? 300'000'000 : 200'000'000;
      observed.postgres->wal_bytes = changed ? 8'000'000 : 4'000'000;
      observed.redis.emplace().net_input_bytes = 1000;
      observed.redis->net_output_bytes = 3000;
    }
  }
  const Comparison comparison = compare(pairs, {});
  const Row& cpu = row_of(comparison, "postgres_cpu_per_request", "(all)");
  EXPECT_NEAR(cpu.baseline.value_or(0), 100'000, 1e-6) << "ns per ok request";
  EXPECT_NEAR(cpu.change.value_or(0), 0.5, 1e-9);
  EXPECT_EQ(cpu.gating, Gating::shown);
  const Row& wal = row_of(comparison, "wal_bytes_per_request", "(all)");
  EXPECT_EQ(wal.unit, Unit::bytes);
  EXPECT_NEAR(wal.contender.value_or(0), 4000, 1e-6);
  EXPECT_NEAR(row_of(comparison, "redis_bytes_per_request", "(all)").baseline.value_or(0), 2, 1e-9);
  for (const Row& row : comparison.rows) {
    EXPECT_NE(row.metric, "redis_cpu_per_request") << "a server elsewhere has no row";
  }
}

}  // namespace
}  // namespace tare
