#include "tools/experiment/partition_roots.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

class PartitionRootsTest : public testing::TestWithParam<TestVersion> {
 protected:
  void run(const std::vector<std::string>& statements) {
    for (const std::string& statement : statements) postgres_.execute(statement);
  }

  TestPostgres server_{TestPostgres::Setup{.bin = GetParam().bin, .settings = {}}};
  PostgresControl postgres_{server_.endpoint(), {}};
};

TEST_P(PartitionRootsTest, NamesTheRootOfEveryLevel) {
  EXPECT_EQ(read_partition_roots(postgres_), PartitionRoots());
  run({"CREATE TABLE plain (id int PRIMARY KEY)",
       "CREATE TABLE ev (id int, ts date) PARTITION BY RANGE (ts)",
       "CREATE TABLE ev_2026 PARTITION OF ev FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
       " PARTITION BY RANGE (ts)",
       "CREATE TABLE ev_2026_01 PARTITION OF ev_2026 FOR VALUES FROM ('2026-01-01')"
       " TO ('2026-02-01')",
       "CREATE INDEX ev_ts ON ev (ts)"});
  const PartitionRoots roots = read_partition_roots(postgres_);
  EXPECT_EQ(roots.relations,
            (std::map<std::string, std::string>{{"ev_2026", "ev"},
                                                {"ev_2026_01", "ev"},
                                                {"public.ev_2026", "public.ev"},
                                                {"public.ev_2026_01", "public.ev"}}));
  EXPECT_EQ(roots.indexes,
            (std::map<std::string, std::string>{{"ev_2026_01_ts_idx", "ev_ts"},
                                                {"ev_2026_ts_idx", "ev_ts"},
                                                {"public.ev_2026_01_ts_idx", "ev_ts"},
                                                {"public.ev_2026_ts_idx", "ev_ts"}}));
}

TEST_P(PartitionRootsTest, LeavesOutBareNamesThatMeanSeveral) {
  run({"CREATE SCHEMA s", "CREATE TABLE a (id int) PARTITION BY LIST (id)",
       "CREATE TABLE part PARTITION OF a DEFAULT",
       "CREATE TABLE s.b (id int) PARTITION BY LIST (id)",
       "CREATE TABLE s.part PARTITION OF s.b DEFAULT",
       "CREATE TABLE s.lone PARTITION OF a FOR VALUES IN (1)", "CREATE TABLE lone (id int)",
       "CREATE TABLE s.a (id int) PARTITION BY LIST (id)",
       "CREATE TABLE s.twin PARTITION OF s.a DEFAULT",
       "CREATE TABLE twin PARTITION OF a FOR VALUES IN (2)"});
  const PartitionRoots roots = read_partition_roots(postgres_);
  EXPECT_FALSE(roots.relations.contains("part")) << "of two roots";
  EXPECT_FALSE(roots.relations.contains("lone")) << "also a table that is no partition";
  EXPECT_EQ(roots.relations.at("twin"), "a") << "of two roots of one name";
  EXPECT_EQ(roots.relations.at("public.part"), "public.a");
  EXPECT_EQ(roots.relations.at("s.part"), "s.b");
}

INSTANTIATE_TEST_SUITE_P(All, PartitionRootsTest, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
