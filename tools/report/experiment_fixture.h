// Experiments and golden texts for the tests of the reports.
// Level: report, tests only. Pure functions, but for golden(), which reads testdata.
#pragma once

#include <string>

#include "bench/model/result_file.h"
#include "tools/compare/experiment_file.h"

namespace tare {

// What tools/report/testdata/NAME holds.
inline std::string golden(const std::string& name) {
  return read_whole_file(std::string(TARE_SOURCE_DIR) + "/tools/report/testdata/" + name);
}

inline Row time_row(const std::string& operation, double before, double after, double change,
                    double low, double high, Verdict verdict) {
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

// An index that does what it should; the exit code is 0.
inline Experiment index_experiment() {
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

// One of everything that is not well, with names that mean something to Markdown, XML and GitHub.
inline Experiment troubled_experiment() {
  Experiment out = index_experiment();
  out.scenario = "shop";
  out.change = "a|<b>&\"c\"";
  out.started_at = "2026-01-01T00:00:00Z";
  out.duration_s = 240;
  out.pairs = {{PairOrder::baseline_first, "trials/01-baseline", "trials/01-contender"},
               {PairOrder::contender_first, "trials/02-baseline", "trials/02-contender"}};
  Row worse = time_row("list_<all>", 28.9e6, 31.2e6, 0.08, 0.061, 0.099, Verdict::regressed);
  worse.detectable_change = 0.023;
  Row unknown = time_row("pay, 100%", 1e6, 1.04e6, 0.04, -0.03, 0.12, Verdict::inconclusive);
  unknown.detectable_change = 0.11, unknown.more_pairs = 8;
  unknown.note = "driven by outliers: look at \x1b[2J pair 3";
  Row path = time_row("page", 1e5, 1e5, 0, -0.01, 0.01, Verdict::equivalent);
  path.path = "hit", path.metric = "response_time_p99";
  out.comparison.rows.insert(out.comparison.rows.begin(), {worse, unknown, path});
  out.comparison.limits = {
      {"page", "response_time_p99_ms", 20, 0.93, Outcome::met, ""},
      {"page", "error_rate", 0.01, 0.5, Outcome::missed, "half of them"},
      {"pay, 100%", "response_time_p99_ms", 20, {}, Outcome::inconclusive, "too few requests"}};
  out.comparison.expectations.push_back({"page", "failed_share", 0.01, Bound::at_most,
                                         Outcome::inconclusive, "the interval holds the bound"});
  out.rollback = {RollbackStatus::different, "- index a\n+ index b"};
  out.warnings = {"the generator was late: use more workers"};
  out.exit_code = 1;
  return out;
}

}  // namespace tare
