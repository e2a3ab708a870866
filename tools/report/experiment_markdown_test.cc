#include "tools/report/experiment_markdown.h"

#include <gtest/gtest.h>

#include "tools/report/experiment_fixture.h"
#include "tools/report/markdown_text.h"

namespace tare {
namespace {

TEST(ExperimentMarkdown, SaysTheVerdictFirst) {
  const std::string text = experiment_markdown(index_experiment(), "");
  EXPECT_EQ(
      text.substr(0, text.find('\n')),
      "**Good: no gating row is worse, 2 improved; every expectation is met. (exit code 0)**");
}

TEST(ExperimentMarkdown, ShowsWhatIsNotWell) {
  EXPECT_EQ(experiment_markdown(troubled_experiment(), "results/shop/x"),
            golden("experiment_markdown.md"));
}

TEST(ExperimentMarkdown, SaysWhyNothingMayBeTrusted) {
  Experiment invalid = index_experiment();
  invalid.comparison.invalid_reasons = {"work_mem differs"};
  invalid.exit_code = 3;
  const std::string text = experiment_markdown(invalid, "");
  EXPECT_EQ(text.rfind("**Invalid, so no figure here may be trusted", 0), 0u);
  EXPECT_NE(text.find("- work_mem differs\n"), std::string::npos);
}

TEST(ExperimentMarkdown, FitsIntoACommentWhateverThereIs) {
  Experiment many = index_experiment();
  for (int i = 0; i < 5000; ++i) {
    many.comparison.rows.push_back(many.comparison.rows[i % 5]);
    many.warnings.push_back("look at this");
  }
  const std::string text = experiment_markdown(many, "");
  EXPECT_LT(text.size(), 65'536u);
  EXPECT_NE(text.find("4970 more in `experiment.json`"), std::string::npos);
  EXPECT_NE(text.find("more rows in `experiment.json`"), std::string::npos);
}

TEST(MarkdownText, MeansNothingToMarkdown) {
  EXPECT_EQ(markdown_text("a|b\nc"), "a\\|b c");
  EXPECT_EQ(markdown_text("<b>&amp;"), "\\<b>\\&amp;");
  EXPECT_EQ(markdown_text("package_page"), "package_page");
  EXPECT_EQ(markdown_text("__a__ _b_"), "\\_\\_a\\_\\_ \\_b\\_");
  EXPECT_EQ(markdown_text("[x](y) *z* `q` ~s~ \\"), "\\[x\\](y) \\*z\\* \\`q\\` \\~s\\~ \\\\");
  EXPECT_EQ(markdown_text("\x1b[2J"), "?\\[2J");
}

}  // namespace
}  // namespace tare
