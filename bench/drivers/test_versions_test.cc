#include "bench/drivers/test_versions.h"

#include <gtest/gtest.h>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

class TestVersions : public testing::TestWithParam<TestVersion> {};

TEST_P(TestVersions, StartAndSayWhatTheyAre) {
  const TestPostgres server({.bin = GetParam().bin, .settings = {"work_mem=8MB"}});
  PostgresControl postgres(server.endpoint(), {});
  EXPECT_EQ(postgres.version() / 10000, GetParam().major);
  EXPECT_EQ(postgres.value("SHOW work_mem"), "8MB");
}

INSTANTIATE_TEST_SUITE_P(All, TestVersions, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

TEST(TestVersionsOfThisMachine, AreSome) {
  ASSERT_FALSE(test_versions().empty());
}

}  // namespace
}  // namespace tare
