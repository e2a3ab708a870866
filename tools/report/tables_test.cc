// Golden texts of the tables people see: testdata/*.txt.
#include <gtest/gtest.h>
#include <stdlib.h>

#include "bench/model/result_file.h"
#include "tools/report/experiment_table.h"
#include "tools/report/run_table.h"
#include "tools/report/style.h"
#include "tools/report/words.h"

namespace tare {
namespace {

std::string golden(const std::string& name) {
  return read_whole_file(std::string(TARE_SOURCE_DIR) + "/tools/report/testdata/" + name);
}

const Style kUtf8{Colour::off, Characters::utf8};

Row time_row(const std::string& operation, double before, double after, double change, double low,
             double high, Verdict verdict) {
  Row row;
  row.operation = operation;
  row.metric = "response_time_tm95";
  row.baseline = before, row.contender = after;
  row.change = change, row.low = low, row.high = high;
  row.margin = 0.05;
  row.verdict = verdict;
  row.gating = Gating::gating;
  row.pairs = 4;
  return row;
}

Experiment index_experiment() {
  Experiment out;
  out.scenario = "debian-archive";
  out.change = "index-relation-target";
  out.owner = "archive team";
  Comparison& comparison = out.comparison;
  comparison.pairs = 4;
  comparison.rows = {
      time_row("reverse_depends", 38.64e6, 0.57e6, -0.985, -0.987, -0.983, Verdict::improved),
      time_row("package_page", 0.31e6, 0.32e6, 0.009, -0.021, 0.04, Verdict::not_worse)};
  Row failed = time_row("package_page", 0, 0, 0, 0, 0, Verdict::equivalent);
  failed.metric = "failed_share", failed.unit = Unit::share, failed.kind = ChangeKind::points;
  failed.margin = 0.001, failed.note = "0 of 8000 failed; at most 0.037 % at 95 %";
  Row blocks = time_row("reverse_depends", 5012, 41, -0.99, 0, 0, Verdict::improved);
  blocks.metric = "blocks_per_query", blocks.unit = Unit::blocks, blocks.kind = ChangeKind::exact;
  blocks.low.reset(), blocks.high.reset(), blocks.margin = 0.2;
  Row hits = time_row("package_page", 0.912, 0.911, -0.001, -0.0032, 0.0012, Verdict::improved);
  hits.metric = "hit_ratio", hits.unit = Unit::share, hits.kind = ChangeKind::points;
  hits.verdict.reset(), hits.gating = Gating::shown;
  comparison.rows.insert(comparison.rows.end(), {failed, blocks, hits});
  comparison.plan_changes = {{"reverse_depends", "query",
                              "Parallel Seq Scan on relation -> Index Scan using relation_target",
                              16, 16}};
  comparison.plans_compared = 4;
  comparison.expectations = {
      {"reverse_depends", "response_time_tm95", -0.5, Bound::at_most, Outcome::met, ""}};
  comparison.hit_ratio_baseline = 0.912, comparison.hit_ratio_contender = 0.911;
  out.rollback.status = RollbackStatus::equal;
  out.cache_cleared = {"page:*"};
  out.cache_keys_cleared = 1234;
  return out;
}

TEST(ExperimentTable, ShowsAnImprovement) {
  EXPECT_EQ(experiment_table(index_experiment(), "results/x", {"psql -h /tmp/x"}, kUtf8),
            golden("experiment_table.txt"));
  ;
}

TEST(ExperimentTable, KeepsToAsciiWhereItMust) {
  const std::string text = experiment_table(index_experiment(), "", {}, Style());
  for (const char c : text) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_NE(text.find("(-98.7 .. -98.3)"), std::string::npos);
}

TEST(ExperimentTable, PaintsOnlyWhenAsked) {
  EXPECT_EQ(experiment_table(index_experiment(), "", {}, kUtf8).find('\x1b'), std::string::npos);
  EXPECT_NE(experiment_table(index_experiment(), "", {}, {Colour::on, Characters::utf8})
                .find("\x1b[32mimproved\x1b[0m"),
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
  Experiment invalid = index_experiment();
  invalid.comparison.invalid_reasons = {"a", "b", "c", "d"};
  invalid.exit_code = 3;
  EXPECT_EQ(verdict_sentence(invalid),
            "Invalid, so nothing above may be trusted: a; b; c; and 1 more. (exit code 3)");
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
            "Invalid, so nothing above may be trusted: no pair was measured. (exit code 3)\n"
            "evidence: f\n");
}

HistogramSummary times(double tm95, int64_t count) {
  HistogramSummary out;
  out.count = count, out.mean = tm95, out.tm95 = tm95, out.p50 = int64_t(tm95);
  out.p99 = int64_t(tm95 * 3), out.p999 = int64_t(tm95 * 10), out.max = int64_t(tm95 * 100);
  return out;
}

TEST(ExperimentTable, ListsTaintedPairsAndTheBaselineAgainstItself) {
  Experiment experiment = index_experiment();
  experiment.pairs = {{PairOrder::baseline_first, "a", "b", 1, {}},
                      {PairOrder::baseline_first, "c", "d", 2, {"a checkpoint", "a drift"}},
                      {PairOrder::baseline_first, "e", "f", 2, {}},
                      {PairOrder::baseline_first, "g", "h", 3, {"steal"}}};
  experiment.comparison.null_check = {{"page", "response_time_tm95", 0.01, -0.03, 0.05, 3},
                                      {"list", "response_time_tm95", -0.08, -0.1, -0.06, 3},
                                      {"once", "response_time_tm95", 0.9, {}, {}, 1}};
  const std::string text = experiment_table(experiment, "", {}, kUtf8);
  for (const char* line :
       {"baseline against itself: 1 of 2 metrics show no change; furthest: list response tm95 "
        "-8.0 % (-10.0 … -6.0)\n",
        "tainted: pair 2 (measured again): a checkpoint; a drift\n",
        "tainted: pair 3 (left out): steal\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
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

TEST(RunTable, BearsAnEmptyResult) {
  const std::string text = run_table(Result(), {}, "", {}, Style());
  EXPECT_NE(text.find("requests"), std::string::npos);
  EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace tare
