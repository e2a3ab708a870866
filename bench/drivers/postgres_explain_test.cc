#include <gtest/gtest.h>

#include <map>

#include "bench/drivers/invoices_testing.h"
#include "bench/drivers/postgres_control.h"
#include "bench/drivers/test_servers.h"
#include "bench/drivers/test_versions.h"

namespace tare {
namespace {

using Sets = std::vector<PostgresControl::ParameterSet>;
using Planned = PostgresControl::Planned;

class ExplainTest : public ::testing::TestWithParam<TestVersion> {
 protected:
  bool counts() { return control_.version() >= 140000; }

  // One server of each version for all tests: starting one takes longer than all the rest.
  static const TestPostgres& server_of(const TestVersion& version) {
    static std::map<int, TestPostgres> servers;
    const TestPostgres::Setup setup{.bin = version.bin, .settings = {}};
    return servers.try_emplace(version.major, setup).first->second;
  }

  const TestPostgres& server_ = server_of(GetParam());
  PostgresControl control_{server_.endpoint(), {}};
};

TEST_P(ExplainTest, TakesParametersAndRollsBack) {
  control_.execute("DROP TABLE IF EXISTS person");
  control_.execute("CREATE TABLE person (id int PRIMARY KEY, name text)");
  control_.execute("INSERT INTO person SELECT n, 'x' FROM generate_series(1, 1000) n");
  const auto read = control_.explain("SELECT * FROM person WHERE id = $1", {}, {{"17"}, {"x'y"}});
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].json.front(), '[');
  EXPECT_NE(read[0].json.find("\"Actual Rows\": 1"), std::string::npos) << read[0].json;
  EXPECT_NE(read[0].json.find("Shared Hit Blocks"), std::string::npos);
  EXPECT_NE(read[0].json.find("(id = 17)"), std::string::npos) << "the value is not planned with";
  EXPECT_NE(read[1].error.find("x'y"), std::string::npos) << read[1].error;
  const auto write = control_.explain("DELETE FROM person WHERE id <= $1", {{"5"}}, {{"500"}});
  EXPECT_NE(write[0].json.find("\"Delete\""), std::string::npos);
  EXPECT_EQ(control_.value("SELECT count(*) FROM person"), "1000");
  EXPECT_THROW(control_.explain("SELECT * FROM nothing", {}, {{}}), SqlError);
  EXPECT_EQ(control_.value("SELECT current_setting('statement_timeout')"), "0");
  EXPECT_EQ(control_.value("SELECT count(*) FROM pg_prepared_statements"), "0");
}

TEST_P(ExplainTest, TellsTheGenericPlanOfTheSixthExecutionAndTheCustomOneBesideIt) {
  make_invoices(control_);
  const auto all = control_.explain(kCountInvoices, Sets(5, {"paid"}), {{"paid"}, {"lost"}});
  for (const auto& one : all) {
    EXPECT_NE(one.json.find("$1"), std::string::npos) << one.json;
    EXPECT_EQ(one.json.find("Seq Scan"), std::string::npos) << one.json;
    EXPECT_EQ(one.kind, counts() ? PlanKind::generic : PlanKind::unknown);
  }
  if (!counts()) return;
  EXPECT_NE(all[0].custom_json.find("Seq Scan"), std::string::npos) << all[0].custom_json;
  EXPECT_NE(all[1].custom_json.find("invoice_status"), std::string::npos) << all[1].custom_json;
  EXPECT_EQ(all[1].custom_json.find("Actual Rows"), std::string::npos) << "it was run";
}

TEST_P(ExplainTest, StaysWithCustomPlansAfterRareValues) {
  make_invoices(control_);
  const auto rare = control_.explain(kCountInvoices, Sets(5, {"lost"}), {{"paid"}})[0];
  EXPECT_NE(rare.json.find("Seq Scan"), std::string::npos) << rare.json;
  EXPECT_EQ(rare.kind, counts() ? PlanKind::custom : PlanKind::unknown);
  EXPECT_EQ(rare.custom_json, "");
}

TEST_P(ExplainTest, PlannedEachTimeThereIsNoGenericPlan) {
  make_invoices(control_);
  const auto each =
      control_.explain(kCountInvoices, Sets(5, {"paid"}), Sets(7, {"paid"}), Planned::each_time);
  for (const auto& one : each) {
    EXPECT_NE(one.json.find("Seq Scan"), std::string::npos) << one.json;
    EXPECT_EQ(one.kind, PlanKind::unknown);
  }
  EXPECT_EQ(control_.value("SHOW plan_cache_mode"), "auto");
}

TEST_P(ExplainTest, WithoutParametersThereIsNothingToChoose) {
  EXPECT_EQ(control_.explain("SELECT 1", {{}, {}}, {{}})[0].kind, PlanKind::unknown);
}

INSTANTIATE_TEST_SUITE_P(EachVersion, ExplainTest, ::testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

}  // namespace
}  // namespace tare
