#include "tools/experiment/column_samples.h"

#include <gtest/gtest.h>

#include "tools/experiment/planner_fixture.h"

namespace tare {
namespace {

TEST(ColumnSamples, ComeFromStatistics) {
  OrdersServer server;
  PostgresControl& postgres = server.postgres();
  const ColumnStatistics status = read_statistics(postgres, {1, "public", "orders", "status", "="});
  ASSERT_TRUE(status.known);
  EXPECT_EQ(status.type, "text");
  ASSERT_GE(status.common.size(), 2u);
  EXPECT_EQ(status.common[0].value, "done");
  EXPECT_NEAR(status.common[0].share, 0.989, 0.01);
  EXPECT_EQ(sample_column(postgres, status, "=").front().value, "done");
  const ColumnStatistics id = read_statistics(postgres, {1, "public", "orders", "id", "<"});
  EXPECT_TRUE(id.can_be_interpolated);
  EXPECT_NEAR(std::stod(*value_at(postgres, id, 0.5)), 10'000, 500);
  EXPECT_NEAR(*estimated_share(postgres, id, "<", "5000"), 0.25, 0.02);
  bool beyond = false;
  for (const SampledValue& each : sample_column(postgres, id, "<")) {
    beyond |= each.origin == "beyond the maximum" && std::stol(*each.value) > 20'000;
  }
  EXPECT_TRUE(beyond);
  EXPECT_THROW(read_statistics(postgres, {1, "public", "orders", "nothing", "="}), SqlError);
}

}  // namespace
}  // namespace tare
