// run, ab, show and load with the real binary on real servers.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/model/histogram_log.h"
#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

using namespace std::chrono_literals;

std::filesystem::path only_folder(const TareRunner& tare) {
  const auto folders = tare.result_folders("shop");
  EXPECT_EQ(folders.size(), 1u);
  return folders.empty() ? "" : tare.results() / "shop" / folders[0];
}

const Row* find_row(const Experiment& experiment, const std::string& operation,
                    const std::string& metric) {
  for (const Row& row : experiment.comparison.rows) {
    if (row.operation == operation && row.metric == metric) return &row;
  }
  return nullptr;
}

TEST(Run, LeavesWholeEvidenceAndNothingElse) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const TareOutcome outcome = tare.run({"run", scenario});
  ASSERT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_NE(outcome.errors.find("measure"), std::string::npos) << "progress is said";
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());

  const std::filesystem::path folder = only_folder(tare);
  const Result result = read_result(folder);
  EXPECT_EQ(result.operations.at("view_order").requests.scheduled +
                result.operations.at("orders_of").requests.scheduled +
                result.operations.at("count").requests.scheduled,
            225);
  EXPECT_EQ(result.operations.at("count").paths.at("write").count,
            result.operations.at("count").requests.ok);
  EXPECT_GT(result.operations.at("view_order").paths.at("miss").count, 0);
  EXPECT_EQ(result.operations.at("view_order").cache_check.different, 0);
  EXPECT_EQ(read_whole_file(folder / "scenario.json"), shop_scenario());
  EXPECT_FALSE(read_whole_file(folder / "log.jsonl").empty());

  int64_t logged = 0;
  for (const HistogramLogLine& line :
       read_histogram_log(read_whole_file(folder / "latency.hlog"))) {
    if (line.tag == "view_order.response") logged += line.histogram.count();
  }
  EXPECT_EQ(logged, result.operations.at("view_order").response_time_ns.count);

  bool sequential = false;
  for (const Plan& plan : result.plans) {
    EXPECT_EQ(plan.error, "");
    EXPECT_TRUE(nlohmann::json::parse(plan.explain_json).is_array()) << "as PEV2 opens it";
    sequential |=
        plan.operation == "orders_of" && plan.summary.find("Seq Scan") != std::string::npos;
  }
  EXPECT_TRUE(sequential);

  const TareOutcome shown = tare.run({"show", folder.string(), "--format", "json"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_EQ(nlohmann::json::parse(shown.out)["scenario"], "shop");
}

TEST(Run, SameSeedAsksTheSameOnOneAndTwoWorkers) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  std::set<std::string> digests;
  for (const char* workers : {"workers=1", "workers=2"}) {
    ASSERT_EQ(tare.run({"run", scenario, "--set", workers}).code, 0);
  }
  for (const std::string& name : tare.result_folders("shop")) {
    digests.insert(read_result(tare.results() / "shop" / name).schedule_digest);
  }
  EXPECT_EQ(digests.size(), 1u);
}

TEST(Run, BrokenLimitIsExitCodeOne) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  EXPECT_EQ(tare.run({"run", scenario, "--set", "p99_ms=0.001"}).code, 1);
}

TEST(Run, NothingButFailuresIsNotValid) {
  TareRunner tare;
  const std::string scenario =
      tare.write("shop.json", shop_scenario("SELECT id FROM orders WHERE id = $1 AND id < 0"));
  const TareOutcome outcome = tare.run({"run", scenario});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.errors.find("none of"), std::string::npos) << outcome.errors;
}

TEST(Ab, HelpfulIndexIsImprovedAndRolledBack) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json",
      shop_change(R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j",
                  R"j([{"sql": "DROP INDEX orders_customer"}])j",
                  R"j([{"operation": "orders_of", "metric": "response_time_tm95",
                       "at_most": -0.3}])j"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "3"});
  ASSERT_TRUE(outcome.code == 0 || outcome.code == 2) << outcome.errors << outcome.out;
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_TRUE(tare.left_behind().empty());

  const Experiment experiment = read_experiment(only_folder(tare));
  EXPECT_EQ(experiment.exit_code, outcome.code);
  const Row* row = find_row(experiment, "orders_of", "response_time_tm95");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->verdict, Verdict::improved);
  EXPECT_EQ(find_row(experiment, "orders_of", "blocks_per_query")->verdict, Verdict::improved);
  EXPECT_EQ(experiment.comparison.expectations.at(0).outcome, Outcome::met);
  ASSERT_EQ(experiment.comparison.plan_changes.size(), 1u);
  EXPECT_NE(experiment.comparison.plan_changes[0].description.find("orders_customer"),
            std::string::npos);
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::equal);
  EXPECT_NE(outcome.out.find("expected: orders_of"), std::string::npos) << outcome.out;
}

TEST(Ab, HarmfulChangeIsExitCodeOne) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json", shop_change(R"j([{"sql": "ALTER TABLE orders DROP CONSTRAINT orders_pkey"}])j",
                                 R"j([{"sql": "ALTER TABLE orders ADD PRIMARY KEY (id)"}])j"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "3"});
  EXPECT_EQ(outcome.code, 1) << outcome.errors << outcome.out;
  const Experiment experiment = read_experiment(only_folder(tare));
  EXPECT_EQ(find_row(experiment, "view_order", "blocks_per_query")->verdict, Verdict::regressed);
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::equal);
}

// An empty rollback says that nothing has to be undone; it is held to that.
TEST(Ab, NoRollbackIsComparedToo) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change =
      tare.write("change.json", shop_change(R"j([{"sql": "DROP INDEX orders_amount"}])j", "[]"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "2"});
  EXPECT_EQ(outcome.code, 1) << outcome.out;
  const Experiment experiment = read_experiment(only_folder(tare));
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::different);
  EXPECT_NE(experiment.schema_changes.at(0).find("orders_amount"), std::string::npos);
}

TEST(Ab, RowsThatDoNotComeBackAreShown) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json", shop_change(R"j([{"sql": "UPDATE orders SET amount = amount + 1"}])j",
                                 R"j([{"sql": "SELECT 1"}])j"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "2"});
  const Experiment experiment = read_experiment(only_folder(tare));
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::different) << outcome.out;
  EXPECT_NE(experiment.rollback.detail.find("rows of public.orders"), std::string::npos)
      << experiment.rollback.detail;
}

TEST(Ab, RollbackThatForgetsSomethingIsShown) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string change = tare.write(
      "change.json", shop_change(R"j([{"sql": "CREATE INDEX left_over ON orders (customer_id)"}])j",
                                 R"j([{"sql": "SELECT 1"}])j"));
  const TareOutcome outcome = tare.run({"ab", scenario, "--change", change, "--pairs", "2"});
  const Experiment experiment = read_experiment(only_folder(tare));
  EXPECT_EQ(experiment.rollback.status, RollbackStatus::different);
  EXPECT_NE(experiment.rollback.detail.find("left_over"), std::string::npos);
  EXPECT_NE(outcome.out.find("left_over"), std::string::npos) << outcome.out;
}

// The change rewrites rows the cache still holds: a fast wrong answer is no improvement.
TEST(Ab, StaleCacheMakesTheExperimentInvalid) {
  TareRunner tare;
  std::string text = shop_scenario();
  text.replace(text.find("\"cold\""), 6, "\"warm\"");
  const std::string scenario = tare.write("shop.json", text);
  std::string change = shop_change(R"j([{"sql": "UPDATE orders SET amount = amount + 1"}])j", "[]");
  change.replace(change.find("[\"shop:order:*\"]"), 16, "[]");
  const TareOutcome outcome =
      tare.run({"ab", scenario, "--change", tare.write("change.json", change), "--pairs", "2",
                "--set", "rate_per_s=600"});
  EXPECT_EQ(outcome.code, 3) << outcome.out;
  EXPECT_NE(outcome.out.find("clear_cache"), std::string::npos) << outcome.out;
  // No trial tells that its scenario writes nothing: the reason is kept beside them.
  const std::string folder = only_folder(tare).string();
  const Experiment experiment = read_experiment(folder);
  ASSERT_FALSE(experiment.found_invalid.empty());
  const TareOutcome anew = tare.run({"compare", folder});
  EXPECT_EQ(anew.code, 3) << anew.errors;
  EXPECT_NE(anew.out.find("the same as stored, to the last bit"), std::string::npos) << anew.out;
}

TEST(KeptSandbox, LoadsOnceAndServesRunsAndHands) {
  TareRunner tare;
  const std::string scenario = tare.write("shop.json", shop_scenario());
  const std::string dir = (tare.temporary() / "kept").string();
  ASSERT_EQ(tare.run({"sandbox", "start", "--dir", dir}).code, 0);
  const TareOutcome loaded = tare.run({"load", scenario, "--sandbox", dir});
  EXPECT_EQ(loaded.code, 0) << loaded.errors;
  EXPECT_NE(loaded.out.find("loaded into database tare_shop"), std::string::npos) << loaded.out;
  const TareOutcome again = tare.run({"load", scenario, "--sandbox", dir});
  EXPECT_NE(again.out.find("already in database tare_shop"), std::string::npos) << again.out;
  const TareOutcome ran = tare.run({"run", scenario, "--sandbox", dir});
  EXPECT_EQ(ran.code, 0) << ran.errors;
  const TareOutcome status = tare.run({"sandbox", "status", "--dir", dir});
  EXPECT_EQ(status.code, 0) << status.out;
  EXPECT_NE(status.out.find("psql"), std::string::npos);
  EXPECT_EQ(tare.run({"sandbox", "stop", "--dir", dir}).code, 0);
  EXPECT_EQ(tare.servers_running(), 0);
  EXPECT_FALSE(std::filesystem::exists(dir));
}

}  // namespace
}  // namespace tare
