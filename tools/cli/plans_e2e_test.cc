// Plan maps from the real binary: taken, compared, and weighed in an experiment, on every
// PostgreSQL version there is for tests.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/drivers/test_versions.h"
#include "bench/model/plan_map_file.h"
#include "bench/model/result_file.h"
#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"
#include "tools/compare/stored_plan_maps.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

// 30 % of the events are of customer 0, the rest of a hundred others; a partial index serves the
// large one. Customers are asked for as often as they stand there.
const char* const kEvents = R"j({
  "schema_version": 1, "name": "events", "description": "Events of customers, one of them large.",
  "seed": 5,
  "dataset": {
    "tables": {"event": {
      "rows_from": {"query":
          "SELECT i, CASE WHEN i % 10 < 3 THEN 0 ELSE 1 + i / 10 % 100 END, i % 7, )j"
                            R"j(repeat('x', 60) FROM generate_series(1, 100000) i"},
      "rows": 100000,
      "columns": {"id": {"type": "integer"}, "customer_id": {"type": "integer"},
                  "amount": {"type": "integer"}, "note": {"type": "text"}},
      "primary_key": ["id"]}},
    "after_load": ["CREATE INDEX event_customer ON event (customer_id)",
                   "CREATE INDEX event_large ON event (amount) WHERE customer_id = 0",
                   "VACUUM (ANALYZE) event"]
  },
  "operations": {
    "total": {"draw": {"customer": {"from": "event.customer_id", "skew": "frequency"}},
      "steps": [{"name": "sum", "sql": "SELECT sum(amount) FROM event WHERE customer_id = $1",
                 "params": ["customer"], "expect": {"rows": 1}}]}
  },
  "load": {"arrivals": {"constant": {"rate_per_s": 300}}, "mix": {"total": 1},
           "cache_start": "cold", "warmup_s": 0.3, "measure_s": 1.5,
           "connections": {"postgres": 2, "redis": 1}}
})j";

// Somebody thinks that nobody needs the partial index.
const char* const kWithoutIndex = R"j({"schema_version": 1, "name": "without-index",
  "owner": "events team", "reason": "fewer indexes", "expect": [], "variable": "schema.index",
  "apply": [{"sql": "DROP INDEX event_large"}],
  "rollback": [{"sql": "CREATE INDEX event_large ON event (amount) WHERE customer_id = 0"}],
  "rollback_note": "safe", "assumptions": []})j";

class PlansOfVersions : public testing::TestWithParam<TestVersion> {
 protected:
  std::vector<std::string> with_servers(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--postgres-bin", GetParam().bin.string()});
    return arguments;
  }

  fs::path only_folder(const std::string& ending) const {
    for (const std::string& name : tare_.result_folders("events")) {
      if (name.find(ending) != std::string::npos) return tare_.results() / "events" / name;
    }
    return {};
  }

  TareRunner tare_;
};

TEST_P(PlansOfVersions, AMapTellsTheLargeCustomerFromTheOthers) {
  const std::string scenario = tare_.write("scenario.json", kEvents);
  const TareOutcome taken = tare_.run(with_servers({"plans", scenario}));
  ASSERT_EQ(taken.code, 0) << taken.errors;
  const fs::path folder = only_folder("-plans");
  const PlanMap map = read_plan_map(folder / "plan_map.json");
  ASSERT_EQ(map.queries.size(), 1u);
  const QueryMap& query = map.queries[0];
  ASSERT_EQ(query.columns.size(), 1u) << taken.out;
  EXPECT_EQ(query.columns[0].column, "customer_id");
  ASSERT_GE(query.classes.size(), 2u) << taken.out;
  for (const PlanClass& each : query.classes) {
    const bool partial = each.summary.find("using event_large") != std::string::npos;
    if (each.share == 0) continue;
    EXPECT_NEAR(each.share, partial ? 0.3 : 0.7, 0.05) << taken.out;
  }
  ASSERT_FALSE(query.measured.empty());
  EXPECT_EQ(query.measured[0].parameters, Parameters{"0"}) << "the most called is executed";
  EXPECT_GT(query.measured[0].work.rows, 30'000);
  EXPECT_FALSE(query.boundaries.empty()) << taken.out;
  EXPECT_NE(taken.out.find("total/sum"), std::string::npos) << taken.out;
  const std::string itself = folder.string();
  const TareOutcome same = tare_.run({"plans", "diff", itself, itself});
  EXPECT_EQ(same.code, 0) << same.out << same.errors;
  EXPECT_NE(same.out.find("0 of 1 queries changed"), std::string::npos) << same.out;
  EXPECT_EQ(tare_.servers_running(), 0);
}

class ChangedPlans : public PlansOfVersions {};

// 70 % of the calls keep their plan, so the median does not move.
TEST_P(ChangedPlans, AFlipOfTheMostCommonParameterIsFoundInAnExperiment) {
  const std::string scenario = tare_.write("scenario.json", kEvents);
  const std::string change = tare_.write("change.json", kWithoutIndex);
  const TareOutcome found =
      tare_.run(with_servers({"ab", scenario, "--change", change, "--pairs", "2"}));
  // A busy machine may taint the pairs; what was counted is told all the same.
  EXPECT_TRUE(found.code == 1 || found.code == 3) << found.out << found.errors;
  const fs::path folder = only_folder("-ab-");
  const Experiment experiment = read_experiment(folder);
  ASSERT_TRUE(experiment.plans.has_value());
  ASSERT_EQ(experiment.plans->queries.size(), 1u) << found.out;
  for (const PlanTransition& each : experiment.plans->queries[0].transitions) {
    EXPECT_EQ(each.example, Parameters{"0"}) << found.out;
    EXPECT_NEAR(each.share, 0.3, 0.05);
    EXPECT_EQ(each.verdict, WorkVerdict::regressed);
  }
  bool gates = false;  // what sessions meet in their first executions alone does not
  for (const Row& row : experiment.comparison.rows) {
    if (row.metric != "blocks_per_query" || row.step.empty()) continue;
    EXPECT_EQ(row.step, "sum (0)") << found.out;
    EXPECT_EQ(row.verdict, Verdict::regressed) << found.out;
    EXPECT_GT(*row.contender, 2 * *row.baseline) << found.out;
    gates |= row.gating == Gating::gating;
  }
  EXPECT_TRUE(gates) << found.out;
  const TareOutcome difference = tare_.run({"plans", "diff", folder.string()});
  EXPECT_EQ(difference.code, 1) << difference.out;
  EXPECT_NE(difference.out.find("of calls (0): "), std::string::npos) << difference.out;
  const TareOutcome again = tare_.run({"compare", folder.string()});
  EXPECT_EQ(again.code, found.code);
  EXPECT_NE(again.out.find("the same as stored, to the last bit"), std::string::npos) << again.out;
  EXPECT_EQ(tare_.servers_running(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, PlansOfVersions, testing::ValuesIn(test_versions()),
                         [](const auto& each) { return version_name(each.param); });

INSTANTIATE_TEST_SUITE_P(Few, ChangedPlans, testing::ValuesIn(few_test_versions()),
                         [](const auto& each) { return version_name(each.param); });

const char* const kSeqScan = R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "relation",
  "Alias": "relation", "Plan Rows": 4120, "Actual Rows": 4, "Actual Loops": 1,
  "Shared Hit Blocks": 3411, "Shared Read Blocks": 0}}])j";
const char* const kIndexScan = R"j( QUERY PLAN
---------------------------------------------
 [                                           +
   {                                         +
     "Plan": {                               +
       "Node Type": "Index Scan",            +
       "Index Name": "relation_target",      +
       "Relation Name": "relation",          +
       "Index Cond": "(target = 'a'::text)", +
       "Plan Rows": 4120,                    +
       "Actual Rows": 4,                     +
       "Actual Loops": 1,                    +
       "Shared Hit Blocks": 5                +
     }                                       +
   }                                         +
 ]
(1 row)
)j";

// One query names a table that is not there: it is named, and the other is mapped.
TEST(Plans, WhatPostgresRefusesLeavesTheRest) {
  const TareRunner tare;
  std::string two = kEvents;
  const std::string mix = R"j("mix": {"total": 1})j", operations = R"j("operations": {)j";
  two.replace(two.find(mix), mix.size(), R"j("mix": {"total": 1, "lost": 1})j");
  two.insert(two.find(operations) + operations.size(),
             R"j("lost": {"steps": [{"name": "ask", "sql": "SELECT 1 FROM nowhere"}]},)j");
  const TareOutcome taken = tare.run({"plans", tare.write("scenario.json", two)});
  EXPECT_EQ(taken.code, 2) << taken.errors;
  EXPECT_NE(taken.out.find("PostgreSQL refuses it"), std::string::npos) << taken.out;
  EXPECT_NE(taken.out.find("using event_large"), std::string::npos) << taken.out;
  EXPECT_EQ(tare.servers_running(), 0);
}

TEST(PlansDiff, TakesWhatExplainPrinted) {
  const TareRunner tare;
  const std::string before = tare.write("before.json", kSeqScan);
  const std::string after = tare.write("after.txt", kIndexScan);
  const TareOutcome better = tare.run({"plans", "diff", before, after});
  EXPECT_EQ(better.code, 0) << better.errors;
  EXPECT_NE(better.out.find("Seq Scan on relation (3,411 blocks) became"), std::string::npos)
      << better.out;
  EXPECT_NE(better.out.find("rows estimated 4,120, found 4"), std::string::npos) << better.out;
  const TareOutcome worse = tare.run({"plans", "diff", after, before, "--format", "json"});
  EXPECT_EQ(worse.code, 1);
  EXPECT_TRUE(nlohmann::json::parse(worse.out).at("regressed"));
  EXPECT_EQ(tare.run({"plans", "diff", after, before, "--work-blocks", "5000"}).code, 0);
  EXPECT_EQ(tare.run({"plans", "diff", after, before, "--work-share", "99900%"}).code, 0);
  const TareOutcome markdown = tare.run({"plans", "diff", before, after, "--format", "markdown"});
  EXPECT_NE(markdown.out.find("- for 100 % of calls"), std::string::npos) << markdown.out;
}

TEST(PlansDiff, RefusesWithAReason) {
  const TareRunner tare;
  const std::string text = tare.write("text.txt", " Seq Scan on a  (cost=0.00..1.01 rows=1)\n");
  const std::string broken = tare.write("broken.json", "[{\"Plan\": {\"Node Type\": \"Seq");
  const std::string good = tare.write("good.json", kSeqScan);
  for (const std::string& bad : {text, broken, std::string("no-such-file")}) {
    const TareOutcome refused = tare.run({"plans", "diff", bad, good});
    EXPECT_EQ(refused.code, 4) << refused.out;
    EXPECT_NE(refused.errors.find(fs::path(bad).filename().string()), std::string::npos)
        << refused.errors;
  }
  EXPECT_EQ(tare.run({"plans", "diff", good, good, "--work-share", "x"}).code, 4);
  EXPECT_EQ(tare.run({"plans", "diff", good, good, "--format", "junit"}).code, 4);
  EXPECT_EQ(tare.run({"plans"}).code, 4);
}

}  // namespace
}  // namespace tare
