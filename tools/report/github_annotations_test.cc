#include "tools/report/github_annotations.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tools/report/experiment_fixture.h"

namespace tare {
namespace {

AnnotatedFiles files() {
  return {"shop,1.json",
          "{\n\"operations\": {\n \"list_<all>\": {},\n \"page\": {}},\n\"limits\": {\n"
          " \"page\": {\n  \"error_rate\": 0.01}},\n"
          "\"load\": {\"jobs\": {\n \"import\": {}}}}",
          "change.json", "{\n\"expect\": [\n {},\n {}],\n\"rollback\": []}"};
}

TEST(GithubAnnotations, PointAtWhatDecided) {
  EXPECT_EQ(github_annotations(troubled_experiment(), files()),
            golden("experiment_annotations.txt"));
}

TEST(GithubAnnotations, DoWithoutFiles) {
  const std::string text = github_annotations(troubled_experiment(), {});
  EXPECT_EQ(text.find("file="), std::string::npos);
  EXPECT_EQ(text.rfind("::error title=tare%3A shop%2C a|<b>&\"c\"::Worse: ", 0), 0u) << text;
}

TEST(GithubAnnotations, AJobStandsUnderTheLoad) {
  Experiment experiment = index_experiment();
  experiment.comparison.rows = {time_row("job import", 0, 0.5, 0.5, 0.4, 0.6, Verdict::regressed)};
  experiment.exit_code = 1;
  EXPECT_NE(github_annotations(experiment, files())
                .find("::error file=shop%2C1.json,line=9,title=job import regressed::"),
            std::string::npos);
}

TEST(GithubAnnotations, AreTenAtMostTheWeightiestFirst) {
  Experiment many = troubled_experiment();
  for (int i = 0; i < 20; ++i) many.warnings.push_back("look");
  for (int i = 0; i < 4; ++i) many.comparison.rows.push_back(many.comparison.rows[0]);
  const std::string text = github_annotations(many, {});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 10);
  EXPECT_LT(text.rfind("::error"), text.find("::warning"));
  // 1 verdict, 5 regressed, 1 limit, 1 rollback; 1 row, 1 limit, 1 expectation, 21 warnings; 2
  // improved.
  EXPECT_NE(text.find("::warning title=tare%3A more::25 more annotations are left out"),
            std::string::npos)
      << text;
}

TEST(GithubAnnotations, SayGoodNewsAsANotice) {
  const std::string text = github_annotations(index_experiment(), {});
  EXPECT_EQ(text.rfind("::notice title=tare%3A debian-archive%2C index-relation-target::Good", 0),
            0u);
  EXPECT_EQ(text.find("::error"), std::string::npos);
}

TEST(GithubAnnotations, AnInvalidExperimentJudgesNothing) {
  Experiment invalid = troubled_experiment();
  invalid.comparison.invalid_reasons = {"work_mem differs"};
  invalid.exit_code = 3;
  const std::string text = github_annotations(invalid, {});
  EXPECT_EQ(text.find("regressed"), std::string::npos);
  EXPECT_NE(text.find("::error title=not valid::work_mem differs\n"), std::string::npos);
}

TEST(GithubEscapes, FollowGithubsRules) {
  EXPECT_EQ(github_message("50 %: a, b\r\nc\x1b"), "50 %25: a, b%0D%0Ac?");
  EXPECT_EQ(github_property("50 %: a, b\n"), "50 %25%3A a%2C b%0A");
}

}  // namespace
}  // namespace tare
