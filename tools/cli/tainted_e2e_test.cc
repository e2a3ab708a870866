// A pair into which something else fell is measured again, kept and told of; within a bound.
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/cli/tare_runner.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// While the flag is there, the contender's function asks for checkpoints; the baseline's never.
class Tainted : public ::testing::Test {
 protected:
  Tainted() : flag_(tare_.write("flag", "")) {
    std::string scenario = shop_scenario();
    const auto with = [&scenario](const std::string& text, const std::string& addition) {
      const size_t at = scenario.find(text);
      ASSERT_NE(at, std::string::npos);
      scenario.insert(at + text.size(), addition);
    };
    with("CREATE INDEX orders_amount ON orders (amount)\"", ", \"" + function("0") + "\"");
    with("\"expect\": {\"type\": \"integer\"}}",
         ", {\"name\": \"beat\", \"sql\": \"SELECT beat()\"}");
    scenario_ = tare_.write("shop.json", scenario);
    std::string change = shop_change("[{\"sql\": \"" + function("1") + "\"}]",
                                     "[{\"sql\": \"" + function("0") + "\"}]");
    change.replace(change.find("schema.index"), 12, "schema.function");
    change_ = tare_.write("change.json", change);
  }

  std::string function(const std::string& active) const {
    return "CREATE OR REPLACE FUNCTION beat() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN IF " +
           active + " = 1 AND random() < 0.2 AND (pg_stat_file('" + flag_ +
           "', true)).size IS NOT NULL THEN EXECUTE 'CHECKPOINT'; END IF; RETURN 1; END $f$";
  }

  Experiment experiment() const {
    const auto folders = tare_.result_folders("shop");
    EXPECT_EQ(folders.size(), 1u);
    return folders.empty() ? Experiment() : read_experiment(tare_.results() / "shop" / folders[0]);
  }

  static bool has_checkpoint(const ExperimentPair& pair) {
    return std::any_of(pair.tainted.begin(), pair.tainted.end(), [](const std::string& reason) {
      return reason.starts_with("a checkpoint of PostgreSQL fell into the window of the contender");
    });
  }

  TareRunner tare_;
  std::string flag_, scenario_, change_;
};

TEST_F(Tainted, IsMeasuredAgainAndKept) {
  const TareOutcome outcome = tare_.run(
      {"ab", scenario_, "--change", change_, "--pairs", "3"}, 0ms, [this](Subprocess& process) {
        const auto limit = std::chrono::steady_clock::now() + 120s;
        while (process.error_tail().find("pair 1 is repeated: ") == std::string::npos &&
               std::chrono::steady_clock::now() < limit) {
          if (process.wait_for(20ms, {})) break;
        }
        fs::remove(flag_);
      });
  EXPECT_LE(outcome.code, 3) << outcome.errors;
  const Experiment found = experiment();
  ASSERT_GE(found.pairs.size(), 2u) << outcome.errors;
  EXPECT_TRUE(has_checkpoint(found.pairs[0]));
  EXPECT_EQ(found.pairs[1].number, 1);
  EXPECT_EQ(found.pairs[1].order, found.pairs[0].order);
  EXPECT_EQ(found.pairs[1].baseline, "trials/01-baseline-again-1");
  EXPECT_FALSE(has_checkpoint(found.pairs[1]));
  const fs::path folder = tare_.results() / "shop" / tare_.result_folders("shop").at(0);
  EXPECT_TRUE(fs::exists(folder / "trials/01-contender/result.json")) << "never dropped";
  EXPECT_TRUE(fs::exists(folder / "trials/01-contender-again-1/result.json"));
  EXPECT_NE(outcome.out.find("tainted: pair 1 (measured again): "), std::string::npos)
      << outcome.out;
  // On a busy machine others may be tainted too.
  const auto counting = std::count_if(found.pairs.begin(), found.pairs.end(),
                                      [](const auto& pair) { return pair.tainted.empty(); });
  if (counting > 0) {
    EXPECT_EQ(found.comparison.pairs, counting);
  }
}

TEST_F(Tainted, WhatTaintsEveryPairDoesNotGoOnForEver) {
  const TareOutcome outcome = tare_.run({"ab", scenario_, "--change", change_, "--pairs", "3"});
  EXPECT_EQ(outcome.code, 3) << outcome.errors << outcome.out;
  EXPECT_NE(outcome.out.find("pairs are tainted, more than a third; mend that first: pair 1: "),
            std::string::npos)
      << outcome.out;
  const Experiment found = experiment();
  ASSERT_EQ(found.pairs.size(), 4u) << "three, and one measured again";
  for (const ExperimentPair& pair : found.pairs) EXPECT_TRUE(has_checkpoint(pair));
}

}  // namespace
}  // namespace tare
