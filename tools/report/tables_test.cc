// Golden texts of the tables people see: testdata/*.txt.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <limits>
#include <sstream>

#include "tools/report/comparison_cells.h"
#include "tools/report/experiment_fixture.h"
#include "tools/report/experiment_table.h"
#include "tools/report/experiment_words.h"
#include "tools/report/run_table.h"
#include "tools/report/style.h"
#include "tools/report/words.h"

namespace tare {
namespace {

const Style kUtf8{Colour::off, Characters::utf8};

TEST(ExperimentTable, ShowsAnImprovement) {
  EXPECT_EQ(experiment_table(index_experiment(), "results/x", {"psql -h /tmp/x"}, kUtf8),
            golden("experiment_table.txt"));
  ;
}

TEST(ExperimentTable, ShowsWhatIsNotWell) {
  EXPECT_EQ(experiment_table(troubled_experiment(), "", {}, kUtf8),
            golden("experiment_table_trouble.txt"));
}

TEST(ExperimentTable, KeepsItsRowsWithinAHundredColumns) {
  Experiment wide = troubled_experiment();
  wide.comparison.rows[0].operation = std::string(120, 'a');
  wide.comparison.rows[1].change = 3.5, wide.comparison.rows[1].high = 150;
  wide.comparison.rows[1].note = std::string(300, 'n') + " and " + std::string(90, 'm');
  for (const Characters characters : {Characters::utf8, Characters::ascii}) {
    const std::string text = experiment_table(wide, "", {}, {Colour::on, characters});
    std::istringstream lines(text.substr(0, text.find("\nplans")));
    for (std::string line; std::getline(lines, line);) {
      // Colours take no columns.
      for (size_t at = line.find('\x1b'); at != std::string::npos; at = line.find('\x1b')) {
        line.erase(at, line.find('m', at) + 1 - at);
      }
      const bool one_word = line.find("nnnn") != std::string::npos || line.front() == 'a';
      EXPECT_TRUE(width_of(line) <= 100 || one_word) << line;
    }
    EXPECT_NE(text.find("\x1b[1mpackage_page\x1b[0m\n"), std::string::npos) << text;
  }
}

TEST(ExperimentTable, SaysWhatARowCouldHaveSeenAndWhatWouldSettleIt) {
  const Experiment experiment = troubled_experiment();
  Row row = experiment.comparison.rows[1];
  EXPECT_EQ(detectable_text(row), "11 %");
  EXPECT_EQ(settle_words(row, experiment), "about 8 more pairs (16 min) would settle it");
  row.more_pairs = 1;
  EXPECT_EQ(settle_words(row, Experiment()), "about 1 more pair would settle it");
  row.kind = ChangeKind::points, row.detectable_change = 0.0004;
  EXPECT_EQ(detectable_text(row), "0.04 pp");
  row.detectable_change = std::numeric_limits<double>::infinity();
  EXPECT_EQ(detectable_text(row), "");
  row.verdict = Verdict::not_worse;
  EXPECT_EQ(settle_words(row, experiment), "") << "it is settled";
  row.detectable_change.reset(), row.more_pairs.reset();
  EXPECT_EQ(detectable_text(row), "");
}

TEST(ExperimentTable, PutsWhatDecidesNothingInBracketsAndLeavesOutTheDetails) {
  Experiment experiment = index_experiment();
  Row shown = experiment.comparison.rows[1];
  shown.gating = Gating::shown;
  shown.metric = "response_time_p95";
  experiment.comparison.rows.push_back(shown);
  shown.metric = "service_time_tm95", shown.step = "list.query";
  experiment.comparison.rows.push_back(shown);
  std::string text = experiment_table(experiment, "", {}, kUtf8);
  EXPECT_EQ(text.find("response p95"), std::string::npos);
  EXPECT_NE(text.find("2 rows more (quantiles, paths, steps), none regressed or improved"),
            std::string::npos)
      << text;
  experiment.comparison.rows.back().verdict = Verdict::regressed;
  text = experiment_table(experiment, "", {}, kUtf8);
  EXPECT_NE(text.find("service tm95, step list.query"), std::string::npos) << text;
  EXPECT_NE(text.find("[regressed (5 %)]"), std::string::npos) << text;
  EXPECT_NE(text.find("[in brackets]: judged, but decides nothing; 1 row more"), std::string::npos)
      << text;
}

TEST(ExperimentTable, KeepsToAsciiWhereItMust) {
  const std::string text = experiment_table(index_experiment(), "", {}, Style());
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_NE(text.find("(-98.7..-98.3)"), std::string::npos);
}

TEST(ExperimentTable, PaintsOnlyWhenAsked) {
  EXPECT_EQ(experiment_table(index_experiment(), "", {}, kUtf8).find('\x1b'), std::string::npos);
  EXPECT_NE(experiment_table(index_experiment(), "", {}, {Colour::on, Characters::utf8})
                .find("\x1b[32mimproved (5 %)\x1b[0m"),
            std::string::npos);
}

TEST(ExperimentTable, SaysWhyInOneSentence) {
  Experiment worse = index_experiment();
  worse.comparison.rows[0].verdict = Verdict::regressed;
  worse.comparison.limits = {{"package_page", "error_rate", 0.01, 0.5, Outcome::missed, ""}};
  worse.exit_code = 1;
  EXPECT_EQ(
      verdict_sentence(worse),
      "Worse: reverse_depends response tm95 regressed; the limit on package_page's error rate "
      "is broken. (exit code 1)");
  Experiment unknown = index_experiment();
  unknown.comparison.rows[1].verdict = Verdict::inconclusive;
  unknown.exit_code = 2;
  EXPECT_EQ(verdict_sentence(unknown),
            "Cannot tell yet: package_page response tm95 is inconclusive; more pairs or a longer "
            "window would narrow the intervals. (exit code 2)");
  unknown.comparison.rows[1].more_pairs = 8;
  unknown.comparison.rows[0].verdict = Verdict::inconclusive;
  unknown.comparison.rows[0].more_pairs = 3;
  EXPECT_EQ(verdict_sentence(unknown),
            "Cannot tell yet: reverse_depends response tm95 is inconclusive; package_page response "
            "tm95 is inconclusive; about 8 more pairs would settle it. (exit code 2)");
  Experiment invalid = index_experiment();
  invalid.comparison.invalid_reasons = {"a", "b", "c", "d"};
  invalid.exit_code = 3;
  EXPECT_EQ(verdict_sentence(invalid),
            "Invalid, so no figure here may be trusted: a; b; c; and 1 more. (exit code 3)");
}

TEST(ExperimentTable, ShowsWhatWentWrong) {
  Experiment bad;
  bad.scenario = "s";
  bad.comparison.invalid_reasons = {"no pair was measured"};
  bad.rollback = {RollbackStatus::failed, "ERROR: \x1b[2J"};
  bad.warnings = {"look"};
  bad.exit_code = 3;
  EXPECT_EQ(experiment_table(bad, "f", {}, Style()),
            "s | 0 pairs\n"
            "rollback: failed: ERROR: ?[2J\n"
            "invalid: no pair was measured\n"
            "warning: look\n"
            "\n"
            "Invalid, so no figure here may be trusted: no pair was measured. (exit code 3)\n"
            "evidence: f\n");
}

HistogramSummary times(double tm95, int64_t count) {
  HistogramSummary out;
  out.count = count, out.mean = tm95, out.tm95 = tm95, out.p50 = int64_t(tm95);
  out.p99 = int64_t(tm95 * 3), out.p999 = int64_t(tm95 * 10), out.max = int64_t(tm95 * 100);
  return out;
}

TEST(RunTable, ShowsOneRun) {
  Result result;
  result.scenario = "debian-archive";
  result.started_at = "2026-01-01T00:00:00Z";
  result.measured_s = 20;
  result.offered_rate_per_s = 500;
  result.achieved_rate_per_s = 499.9;
  OperationResult& page = result.operations["package_page"];
  page.requests = {10'000, 9'998, 1, 1, 0, 0};
  page.failed = {{"wrong_answer", 1}};
  page.first_error = "expected 1 row, got 0";
  page.response_time_ns = times(310e3, 9'998);
  page.service_time_ns = times(300e3, 9'998);
  page.paths = {{"hit", {9'000, times(200e3, 9'000)}}, {"miss", {998, times(900e3, 998)}}};
  page.steps = {{"page.get", {9'999, times(100e3, 9'999)}}};
  page.cache_check = {20, 1, "page:1"};
  result.operations["rare"];
  result.generator.lag_ns = times(5e3, 10'000);
  result.generator.cpu_ns_per_request = 21'500;
  result.environment.versions = {{"postgres", "15.14"}, {"redis", "7.0.15"}};
  result.environment.host = {{"cores", "2"}};
  result.environment.file_system = "ext4";
  result.warnings = {"the generator was late: use more workers"};
  EXPECT_EQ(
      run_table(result, {{"package_page", "response_time_p99_ms", 20, 0.93, Outcome::met, ""}},
                "results/x", {}, kUtf8),
      golden("run_table.txt"));
  ;
}

TEST(Words, NameMetrics) {
  EXPECT_EQ(metric_words("response_time_tm95_hit"), "response tm95, hit");
  EXPECT_EQ(metric_words("response_time_p999"), "response p99.9");
  EXPECT_EQ(metric_words("blocks_per_query"), "blocks per query");
}

TEST(Style, FollowsTheEnvironment) {
  const auto characters = [](const char* all, const char* usual) {
    ::setenv("LC_ALL", all, 1);
    ::setenv("LANG", usual, 1);
    ::unsetenv("LC_CTYPE");
    return style_for(-1).characters;
  };
  EXPECT_EQ(characters("", "en_US.UTF-8"), Characters::utf8);
  EXPECT_EQ(characters("C.utf8", "C"), Characters::utf8);
  EXPECT_EQ(characters("C", "en_US.UTF-8"), Characters::ascii);
  EXPECT_EQ(style_for(-1).colour, Colour::off);  // no terminal
}

TEST(Style, PaintsOnATerminalUnlessAskedNotTo) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const auto colour = [terminal](const char* no_color, const char* term) {
    ::setenv("NO_COLOR", no_color, 1);
    ::setenv("TERM", term, 1);
    return style_for(terminal).colour;
  };
  EXPECT_EQ(colour("", "xterm"), Colour::on) << "an empty NO_COLOR is none";
  EXPECT_EQ(colour("1", "xterm"), Colour::off);
  EXPECT_EQ(colour("0", "xterm"), Colour::off) << "any value counts";
  EXPECT_EQ(colour("", "dumb"), Colour::off);
  ::unsetenv("NO_COLOR");
  EXPECT_EQ(style_for(terminal).colour, Colour::off) << "still dumb";
  ::close(terminal);
}

TEST(RunTable, BearsAnEmptyResult) {
  const std::string text = run_table(Result(), {}, "", {}, Style());
  EXPECT_NE(text.find("requests"), std::string::npos);
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace tare
