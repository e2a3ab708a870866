#include "tools/proof/go_false_alarms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "tools/compare/simulated_machine.h"
#include "tools/proof/temporary_folder.h"

namespace tare {
namespace {

const GoFalseAlarms& found_by(const std::vector<GoFalseAlarms>& all, GoArms arms,
                              const std::string& rule) {
  for (const GoFalseAlarms& each : all) {
    if (each.arms == arms && each.rule == rule) return each;
  }
  static const GoFalseAlarms none;
  ADD_FAILURE() << "no such row: " << rule;
  return none;
}

// Made-up days: every repeat has noise of 0.5 %, every day is off by 6 %, up or down.
std::vector<GoRun> made_up_runs(int days, int benchmarks) {
  SimulatedMachine machine(kQuiet, 5);
  std::vector<GoRun> runs;
  for (int day = 0; day < days; ++day) {
    GoRun& run = runs.emplace_back();
    const double mood = machine.toss() ? 0.06 : -0.06;
    for (int i = 0; i < benchmarks; ++i) {
      for (int repeat = 0; repeat < 20; ++repeat) {
        run.ns_per_op[std::to_string(i)].push_back(100 * std::exp(mood + machine.own_noise()));
      }
    }
  }
  return runs;
}

TEST(GoFalseAlarms, EveryExperimentIsCountedOnce) {
  const auto all = go_false_alarms(made_up_runs(13, 10));
  EXPECT_EQ(found_by(all, GoArms::one_day_paired, "benchstat").experiments, 130);
  EXPECT_EQ(found_by(all, GoArms::one_day_in_sequence, "compare.py").experiments, 130);
  EXPECT_EQ(found_by(all, GoArms::two_days, "benchstat").experiments, 60);
  EXPECT_EQ(found_by(all, GoArms::days_paired, "tare, margin 3 %").experiments,
            10 * kDayAssignments);
  for (const GoFalseAlarms& each : all) {  // six pairs of days are too few for it
    EXPECT_FALSE(each.arms == GoArms::days_paired && each.rule == "5 % limit, 7 and 1");
  }
}

// Days differ, so repeats of two days do; pairs within a day, and days as replicates, do not lie.
TEST(GoFalseAlarms, RepeatsAreNoReplicatesOfDays) {
  const auto all = go_false_alarms(made_up_runs(13, 40));
  for (const std::string rule : {"benchstat", "compare.py", "tare, margin 3 %"}) {
    const GoFalseAlarms& apart = found_by(all, GoArms::two_days, rule);
    EXPECT_GT(apart.alarms + apart.gains, apart.experiments / 4) << rule;
  }
  for (const GoArms arms : {GoArms::one_day_paired, GoArms::days_paired}) {
    const GoFalseAlarms& ours = found_by(all, arms, "tare, margin 3 %");
    EXPECT_LE(ours.alarms, 0.02 * ours.experiments);
  }
  const GoFalseAlarms& paired = found_by(all, GoArms::one_day_paired, "tare, margin 3 %");
  EXPECT_EQ(paired.found, paired.experiments);  // 5 % more, on a quiet day
  EXPECT_EQ(paired.alike, paired.experiments);
  EXPECT_FALSE(found_by(all, GoArms::one_day_paired, "benchstat").alike);
  EXPECT_GT(found_by(all, GoArms::one_day_paired, "benchstat").alarms, 0);
}

TEST(GoFalseAlarms, BenchmarksWithTooFewRepeatsAreLeftOut) {
  std::vector<GoRun> runs = made_up_runs(2, 2);
  runs[0].ns_per_op["0"].resize(kFewestRepeats - 1);
  const auto all = go_false_alarms(runs);
  EXPECT_EQ(found_by(all, GoArms::one_day_paired, "benchstat").experiments, 3);
  EXPECT_EQ(found_by(all, GoArms::two_days, "benchstat").experiments, 1);
}

TEST(GoFalseAlarms, TableSaysWhatWasLeftOutAndHasNoOddNumber) {
  std::vector<GoRun> runs = made_up_runs(3, 2);
  runs[1].skipped = 2;
  runs[1].first_skipped = "b:7: BenchmarkX";
  const std::string table = go_table(runs);
  EXPECT_NE(table.find("2 lines were left out, the first: b:7: BenchmarkX"), std::string::npos);
  EXPECT_NE(table.find("| one day, pairs in random order | benchstat | 6 |"), std::string::npos);
  EXPECT_EQ(table.find("nan"), std::string::npos);
  EXPECT_EQ(table, go_table(runs));
}

// golang/perf's cmd/benchseries/testdata/even, packed; it is no part of this project. TARE_REALDATA
// is the folder of such data.
TEST(GoFalseAlarmsRealdata, OursKeepsItsPromise) {
  const char* root = std::getenv("TARE_REALDATA");
  if (root == nullptr) GTEST_SKIP() << "TARE_REALDATA is not set: no benchmarks of others to try";
  const auto archive =
      std::filesystem::path(root) / "perf_results/golang_perf_benchseries_even.tar.xz";
  if (!std::filesystem::exists(archive)) GTEST_SKIP() << "TARE_REALDATA has no " << archive;
  const TemporaryFolder folder;
  unpack(archive, folder.path());
  const auto all = go_false_alarms(runs_of(read_go_runs(folder.path()), "Base"));
  const GoFalseAlarms& ours = found_by(all, GoArms::one_day_paired, "tare, margin 3 %");
  EXPECT_GT(ours.experiments, 1'000);
  EXPECT_LE(ours.alarms, 0.01 * ours.experiments);
  EXPECT_GE(*ours.alike, 0.8 * ours.experiments);
  const GoFalseAlarms& days = found_by(all, GoArms::days_paired, "tare, margin 3 %");
  EXPECT_LE(days.alarms, 0.01 * days.experiments);
  const GoFalseAlarms& apart = found_by(all, GoArms::two_days, "benchstat");
  EXPECT_GT(apart.alarms + apart.gains, 0.05 * apart.experiments);
}

}  // namespace
}  // namespace tare
