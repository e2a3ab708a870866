// A change that does more than its variable says cannot have the result attributed to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

class Attribution : public ::testing::Test {
 protected:
  TareOutcome weigh(const std::string& apply, const std::string& rollback,
                    const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {
        "ab",       tare_.write("shop.json", shop_scenario()),
        "--change", tare_.write("change.json", shop_change(apply, rollback)),
        "--pairs",  "2",
        "--set",    "measure_s=1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return tare_.run(arguments);
  }

  std::string folder() const {
    const auto folders = tare_.result_folders("shop");
    EXPECT_FALSE(folders.empty());
    const auto newest = std::max_element(folders.begin(), folders.end());
    return folders.empty() ? "" : (tare_.results() / "shop" / *newest).string();
  }

  static void expect_says(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in:\n" << text;
  }

  TareRunner tare_;
};

// Statistics of another size move plans as well as an index does.
TEST_F(Attribution, StatisticsSmuggledInWithAnIndexAreFound) {
  const std::string apply =
      R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"},
           {"sql": "ALTER TABLE orders ALTER COLUMN amount SET STATISTICS 900"},
           {"sql": "ANALYZE orders"}])j";
  const std::string rollback =
      R"j([{"sql": "ALTER TABLE orders ALTER COLUMN amount SET STATISTICS -1"},
           {"sql": "DROP INDEX orders_customer"}])j";
  const TareOutcome refused = weigh(apply, rollback);
  EXPECT_EQ(refused.code, 3) << refused.out << refused.errors;
  expect_says(refused.out,
              "not attributable: schema differs between the arms: column "
              "public.orders amount");
  expect_says(refused.out, "statistics target 900");
  expect_says(refused.out, "--allow schema");
  expect_says(refused.out, "environment: differs in schema (NOT declared)");
  const std::string stored = folder();
  const Experiment experiment = read_experiment(stored);
  ASSERT_TRUE(experiment.comparison.environment);
  EXPECT_EQ(experiment.comparison.environment->differing.front().standing, Standing::undeclared);
  // The same from the files, and with what a person allows.
  const TareOutcome anew = tare_.run({"compare", stored});
  EXPECT_EQ(anew.code, 3) << anew.errors;
  expect_says(anew.out, "the same as stored, to the last bit");
  const TareOutcome allowed = tare_.run({"compare", stored, "--allow", "schema,statistics"});
  EXPECT_LE(allowed.code, 2) << allowed.out << allowed.errors;
  expect_says(allowed.out, "allowed to differ: schema: ");
}

TEST_F(Attribution, ASettingThatIsAllowedByNameIsJudged) {
  const std::string apply =
      R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"},
           {"shell": "psql -X -q -c \"ALTER DATABASE $PGDATABASE SET work_mem = '64MB'\""}])j";
  const std::string rollback =
      R"j([{"sql": "DROP INDEX orders_customer"},
           {"shell": "psql -X -q -c \"ALTER DATABASE $PGDATABASE RESET work_mem\""}])j";
  const TareOutcome refused = weigh(apply, rollback, {"--allow-shell"});
  EXPECT_EQ(refused.code, 3) << refused.out << refused.errors;
  expect_says(refused.out, "not attributable: settings differ between the arms: work_mem: ");
  std::filesystem::remove_all(tare_.results());
  const TareOutcome judged = weigh(apply, rollback, {"--allow-shell", "--allow", "settings"});
  EXPECT_LE(judged.code, 2) << judged.out << judged.errors;
  expect_says(judged.out, "allowed to differ: settings: work_mem: ");
  const TareOutcome anew = tare_.run({"compare", folder()});
  EXPECT_EQ(anew.code, judged.code) << anew.errors;
  expect_says(anew.out, "the same as stored, to the last bit");
}

TEST_F(Attribution, WrittenRowsAndEmptiedCachesAreNoIndex) {
  const TareOutcome outcome = weigh(
      R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"},
           {"sql": "UPDATE orders SET amount = amount WHERE id <= 40"}])j",
      R"j([{"sql": "DROP INDEX orders_customer"}])j");
  EXPECT_EQ(outcome.code, 3) << outcome.out << outcome.errors;
  expect_says(outcome.out, "data differs between the arms: table public.orders: written 0 -> 40");
  const TareOutcome unknown = weigh("[]", "[]", {"--allow", "schemata"});
  EXPECT_EQ(unknown.code, 4);
  expect_says(unknown.errors, "there is no group \"schemata\"");
}

TEST_F(Attribution, RunsOnOtherSettingsDoNotCompareUntilAllowed) {
  const std::string scenario = tare_.write("shop.json", shop_scenario());
  ASSERT_EQ(tare_.run({"run", scenario, "--set", "measure_s=1"}).code, 0);
  const std::string first = folder();
  ASSERT_EQ(tare_.run({"run", scenario, "--set", "measure_s=1"}).code, 0);
  const std::string second = folder();
  ASSERT_NE(first, second);
  const TareOutcome alike = tare_.run({"compare", first, second});
  EXPECT_LE(alike.code, 2) << alike.out << "two loads of the same data: ANALYZE samples anew";
  Result other = read_result(second);
  other.environment.host["kernel"] = "Linux 99";
  write_result(second, other,
               {"", read_whole_file(std::filesystem::path(second) / "scenario.json"), ""});
  const TareOutcome refused = tare_.run({"compare", first, second});
  EXPECT_EQ(refused.code, 3) << refused.out;
  expect_says(refused.out, "not attributable: host differs between the arms: kernel: ");
  EXPECT_LE(tare_.run({"compare", first, second, "--allow", "host"}).code, 2);
}

}  // namespace
}  // namespace tare
