#include "tools/report/junit.h"

#include <gtest/gtest.h>

#include <array>

#include "tools/report/experiment_fixture.h"

namespace tare {
namespace {

int times_in(const std::string& text, const std::string& what) {
  int count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Junit, HasATestCaseForWhatIsJudged) {
  EXPECT_EQ(experiment_junit(troubled_experiment()), golden("experiment_junit.xml"));
}

TEST(Junit, CountsWhatItHolds) {
  const std::string text = experiment_junit(troubled_experiment());
  EXPECT_NE(text.find("tests=\"14\" failures=\"3\" errors=\"0\""), std::string::npos) << text;
  EXPECT_EQ(times_in(text, "<testcase "), 14);
  EXPECT_EQ(times_in(text, "<failure "), 3);
  EXPECT_EQ(times_in(text, "<skipped "), 3);
}

// CI shows the tests, the build looks at the exit code: both must say the same.
TEST(Junit, AgreesWithTheExitCode) {
  constexpr std::array kVerdicts = {Verdict::improved,  Verdict::equivalent,   Verdict::not_worse,
                                    Verdict::regressed, Verdict::inconclusive, Verdict::invalid};
  constexpr std::array kOutcomes = {Outcome::met, Outcome::missed, Outcome::inconclusive};
  constexpr std::array kRollbacks = {RollbackStatus::not_done, RollbackStatus::equal,
                                     RollbackStatus::different, RollbackStatus::failed};
  for (const Verdict first : kVerdicts) {
    for (const Verdict failures : kVerdicts) {
      for (const Outcome outcome : kOutcomes) {
        for (const RollbackStatus rollback : kRollbacks) {
          Experiment experiment;
          Row row = time_row("page", 1, 1, 0, 0, 0, first);
          experiment.comparison.rows = {row};
          row.metric = "failed_share", row.verdict = failures;
          experiment.comparison.rows.push_back(row);
          experiment.comparison.limits = {{"page", "error_rate", 0.1, 0.2, outcome, ""}};
          experiment.rollback.status = rollback;
          experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
          const std::string text = experiment_junit(experiment);
          EXPECT_EQ(times_in(text, "<error ") > 0, experiment.exit_code == 3) << text;
          if (experiment.exit_code == 3) continue;
          EXPECT_EQ(times_in(text, "<failure ") > 0, experiment.exit_code == 1) << text;
          EXPECT_TRUE(experiment.exit_code != 2 || times_in(text, "<skipped ") > 0) << text;
        }
      }
    }
  }
}

TEST(Junit, JudgesNothingInAnInvalidExperiment) {
  Experiment invalid = troubled_experiment();
  invalid.comparison.invalid_reasons = {"work_mem differs", "the \x01 server"};
  invalid.exit_code = 3;
  const std::string text = experiment_junit(invalid);
  EXPECT_EQ(times_in(text, "<error "), 1);
  EXPECT_EQ(times_in(text, "<failure "), 1) << "the rollback is judged all the same";
  EXPECT_EQ(times_in(text, "<skipped "), 12);
  EXPECT_NE(text.find("work_mem differs&#10;the \xef\xbf\xbd server"), std::string::npos);
}

}  // namespace
}  // namespace tare
