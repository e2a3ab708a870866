#include "tools/compare/experiment_verdict.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Row judged(const std::string& operation, Verdict verdict,
           const std::string& metric = "response_time_tm95") {
  Row row;
  row.operation = operation;
  row.metric = metric;
  row.verdict = verdict;
  row.gating = Gating::gating;
  row.note = "a note";
  return row;
}

Experiment with_rows(const std::vector<Row>& rows) {
  Experiment experiment;
  experiment.comparison.rows = rows;
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
  return experiment;
}

std::vector<std::string> reasons(const Experiment& experiment) {
  return reasons_of(experiment, [](const std::string& metric) { return metric; });
}

TEST(ExperimentVerdict, IsTheExitCodeAsAWord) {
  const Row equal = judged("a", Verdict::equivalent), not_worse = judged("b", Verdict::not_worse);
  const Row improved = judged("c", Verdict::improved), worse = judged("d", Verdict::regressed);
  const Row unknown = judged("e", Verdict::inconclusive), none = judged("f", Verdict::invalid);
  EXPECT_EQ(overall_verdict(with_rows({equal})), "equivalent");
  EXPECT_EQ(overall_verdict(with_rows({equal, not_worse})), "not worse");
  EXPECT_EQ(overall_verdict(with_rows({equal, improved})), "improved");
  EXPECT_EQ(overall_verdict(with_rows({improved, unknown})), "inconclusive");
  EXPECT_EQ(overall_verdict(with_rows({improved, unknown, worse})), "regressed");
  EXPECT_EQ(overall_verdict(with_rows({worse, none})), "invalid");
  EXPECT_EQ(overall_verdict(with_rows({})), "not worse");
  Row shown = worse;
  shown.gating = Gating::shown;
  EXPECT_EQ(overall_verdict(with_rows({equal, shown})), "equivalent");
}

TEST(ExperimentVerdict, AnImprovementThatFallsShortIsMissedNotRegressed) {
  Experiment experiment = with_rows({judged("page", Verdict::improved)});
  experiment.comparison.expectations = {
      {"page", "response_time_tm95", -0.5, Bound::at_most, Outcome::missed, ""}};
  experiment.exit_code = exit_code(experiment.comparison, experiment.rollback);
  EXPECT_EQ(overall_verdict(experiment), "missed");
  EXPECT_EQ(reasons(experiment),
            std::vector<std::string>{"the expectation of page's response_time_tm95 is missed"});
  experiment.rollback.status = RollbackStatus::failed;
  EXPECT_EQ(reasons(experiment).back(), "the rollback failed");
}

TEST(ExperimentVerdict, ReasonsNameWhatDecided) {
  EXPECT_TRUE(reasons(with_rows({judged("page", Verdict::improved)})).empty());
  Row miss = judged("page", Verdict::regressed);
  miss.path = "miss";
  EXPECT_EQ(reasons(with_rows({judged("a", Verdict::inconclusive), miss})),
            std::vector<std::string>{"page response_time_tm95, miss regressed"});
  EXPECT_EQ(reasons(with_rows({judged("a", Verdict::inconclusive)})),
            std::vector<std::string>{"a response_time_tm95 is inconclusive"});
  EXPECT_EQ(reasons(with_rows({judged("a", Verdict::invalid)})),
            std::vector<std::string>{"a response_time_tm95: a note"});
}

TEST(ExperimentVerdict, ARepairedOperationMakesNothingInvalid) {
  const Row none = judged("page", Verdict::invalid);
  const Experiment repaired = with_rows({none, judged("page", Verdict::improved, "failed_share")});
  EXPECT_FALSE(makes_invalid(none, repaired.comparison));
  EXPECT_EQ(repaired.exit_code, 0);
  EXPECT_EQ(overall_verdict(repaired), "improved");
  EXPECT_TRUE(makes_invalid(none, with_rows({none}).comparison));
}

}  // namespace
}  // namespace tare
