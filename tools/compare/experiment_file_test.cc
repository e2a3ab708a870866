#include "tools/compare/experiment_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/model/errors.h"
#include "bench/model/problem.h"

namespace tare {
namespace {

std::vector<HitOrFix> every_cause() {
  std::vector<HitOrFix> out;
  const Cause causes[] = {Cause::within_margin, Cause::unclear, Cause::no_plans, Cause::both,
                          Cause::cache,         Cause::work,    Cause::neither};
  for (const Cause cause : causes) {
    out.push_back({.operation = "page",
                   .pairs = 3,
                   .baseline_ns = 1e6 / 3,
                   .change_ns = -2e5,
                   .more_hits_ns = -3e5,
                   .hits_ns = 1,
                   .misses_ns = 2,
                   .others_ns = 1e5 / 7,
                   .hit_ratio_change = 0.25,
                   .blocks_per_miss = Blocks{1.5, 2.5},
                   .blocks_per_hit = Blocks{0.5, 0.25},
                   .cause = cause,
                   .words = "the cache"});
  }
  out.emplace_back().operation = "plain";
  return out;
}

std::vector<Row> rows_of_each_verdict() {
  std::vector<Row> rows;
  const Verdict verdicts[] = {Verdict::improved,  Verdict::equivalent,   Verdict::not_worse,
                              Verdict::regressed, Verdict::inconclusive, Verdict::invalid};
  for (const Verdict verdict : verdicts) {
    rows.push_back({.operation = "page",
                    .path = "hit",
                    .step = "list.query",
                    .metric = "response_time_tm95_hit",
                    .baseline = 1.0 / 3,
                    .contender = 2e9,
                    .change = -0.1,
                    .low = -0.2,
                    .high = 0.3,
                    .margin = 0.05,
                    .verdict = verdict,
                    .gating = Gating::gating,
                    .pairs = 4,
                    .p_value = 0.25,
                    .detectable_change = 0.031,
                    .order_effect = -0.01,
                    .more_pairs = 8,
                    .note = "a note"});
  }
  return rows;
}

Experiment whole_experiment() {
  Experiment out;
  out.scenario = "debian-archive";
  out.change = "index";
  out.owner = "archive team";
  out.reason = "it scans";
  out.seed = 0xffff'ffff'ffff'ffffu;
  out.started_at = "2026-01-01T00:00:00Z";
  out.duration_s = 61.5;
  out.settings = {{"rate_per_s", "500"}};
  out.repeats = 1;
  out.pooled = {{"2026-01-01T00-00-00Z-ab-index", 6, "regressed"}};
  out.pairs = {
      {PairOrder::contender_first, "trials/01-baseline", "trials/01-contender"},
      {PairOrder::baseline_first, "trials/02-baseline", "trials/02-contender", 2, {"why"}},
      {PairOrder::baseline_first, "trials/02-baseline-again-1", "trials/02-contender-again-1", 2}};
  out.comparison.rows = rows_of_each_verdict();
  const Unit units[] = {Unit::nanoseconds, Unit::share,      Unit::blocks,     Unit::rows,
                        Unit::calls,       Unit::per_second, Unit::per_minute, Unit::bytes};
  const ChangeKind kinds[] = {ChangeKind::relative, ChangeKind::points, ChangeKind::exact};
  for (int i = 0; i < 6; ++i) {
    Row row;
    row.unit = units[i];
    row.kind = kinds[i % 3];
    out.comparison.rows.push_back(row);
  }
  out.comparison.expectations = {{"page", "m", -0.5, Bound::at_most, Outcome::met, ""},
                                 {"page", "m", -0.5, Bound::at_least, Outcome::missed, "why"}};
  out.comparison.limits = {{"page", "error_rate", 0.01, 0.25, Outcome::missed, ""},
                           {"page", "error_rate", 0.01, {}, Outcome::inconclusive, "none"}};
  out.comparison.plan_changes = {{"page", "query", "A -> B", 3, 4}};
  out.comparison.plans_compared = 4;
  out.comparison.hit_or_fix = every_cause();
  out.comparison.hit_ratio_baseline = 0.912;
  out.comparison.invalid_reasons = {"a reason"};
  out.comparison.plan_use = {{"page", "query", 0.25, 0.875}};
  out.comparison.null_check = {{"page", "response_time_tm95", 0.01, -0.02, 0.04, 3},
                               {"other", "throughput", -0.5, {}, {}, 1}};
  out.comparison.watched = {"auto_explain told nothing"};
  out.comparison.pairs = 2;
  PlanTransition transition;
  transition.before = "a", transition.after = "b", transition.share = 0.3, transition.points = 2;
  transition.example = {"x", std::nullopt};
  transition.before_work = transition.after_work = WorkVector{1, 2, 0.1, 4, 5, 6};
  transition.before_margin = 1.0 / 3, transition.after_margin = -0.02;
  transition.generic = transition.sixth = transition.coin_flip = true;
  transition.verdict = WorkVerdict::regressed;
  out.plans = MapDifference{
      {{"page", "query", 0.5, true, {transition}, {"one moved"}, {"n"}, {{"why", 0.1, 1, {"y"}}}}},
      3,
      40,
      {0.3, 70}};
  out.rollback = {RollbackStatus::different, "an index is left"};
  out.cache_cleared = {"page:*"};
  out.cache_keys_cleared = 12;
  out.exit_code = 3;
  out.schema_changes = {"+ index a"};
  out.design = {"restored", "not restarted"};
  out.looks = {6, 10};
  out.criteria.emplace().margins = {{"response_time_tm95", 0.1 + 0.2}};
  out.criteria->never_asked = {"idle"};
  out.found_invalid = {"the cache was wrong"};
  out.warnings = {"look"};
  return out;
}

TEST(ExperimentFile, SaysItsVerdictAndWhyAtTheTop) {
  const auto document = nlohmann::json::parse(experiment_to_json(whole_experiment()));
  EXPECT_EQ(document.at("verdict"), "invalid");
  EXPECT_EQ(document.at("reasons").at(0), "a reason");
}

TEST(ExperimentFile, ReadsWhatAnOlderTareWroteWithoutThem) {
  auto document = nlohmann::json::parse(experiment_to_json(whole_experiment()));
  document.erase("verdict");
  document.erase("reasons");
  EXPECT_EQ(experiment_from_json(document.dump(), "x"), whole_experiment());
  document.erase("criteria");
  document.erase("found_invalid");
  Experiment older = whole_experiment();
  older.criteria.reset();
  older.found_invalid.clear();
  EXPECT_EQ(experiment_from_json(document.dump(), "x"), older);
}

TEST(ExperimentFile, ComesBackExactly) {
  const Experiment experiment = whole_experiment();
  EXPECT_EQ(experiment_from_json(experiment_to_json(experiment), "x"), experiment);
  EXPECT_EQ(experiment_from_json(experiment_to_json(Experiment()), "x"), Experiment());
}

TEST(ExperimentFile, ComesBackFromAFolder) {
  std::string pattern = (std::filesystem::temp_directory_path() / "tare-exp-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  EXPECT_THROW(read_experiment(pattern), UsageError);
  write_experiment(pattern, whole_experiment());
  EXPECT_EQ(read_experiment(pattern), whole_experiment());
  std::filesystem::remove_all(pattern);
}

TEST(ExperimentFile, RefusesWhatIsWrong) {
  Experiment odd = whole_experiment();
  odd.comparison.rows[0].change = std::nan("");
  EXPECT_THROW(experiment_to_json(odd), std::invalid_argument);
  std::string text = experiment_to_json(whole_experiment());
  EXPECT_THROW(experiment_from_json(text.substr(0, text.size() / 2), "x"), FileProblems);
  const std::string what = "\"equivalent\"";
  text.replace(text.find(what), what.size(), "\"the same\"");
  try {
    experiment_from_json(text, "experiment.json");
    FAIL() << "read an unknown verdict";
  } catch (const FileProblems& problems) {
    EXPECT_EQ(problems.problems().front().pointer, "/comparison/rows/1/verdict");
    EXPECT_EQ(problems.problems().front().file, "experiment.json");
  }
  auto document = nlohmann::json::parse(experiment_to_json(whole_experiment()));
  document["looks"] = nlohmann::json::array();  // so there are no levels to judge at
  EXPECT_THROW(experiment_from_json(document.dump(), "x"), FileProblems);
  document = nlohmann::json::parse(experiment_to_json(whole_experiment()));
  document["criteria"]["margins"]["response_time_tm95"] = 2;
  try {
    experiment_from_json(document.dump(), "experiment.json");
    FAIL() << "read a margin of 200 %";
  } catch (const FileProblems& problems) {
    EXPECT_EQ(problems.problems().front().pointer, "/criteria/margins/response_time_tm95");
    EXPECT_EQ(problems.problems().front().file, "experiment.json");
  }
}

TEST(ExperimentExitCode, CountsARollbackThatDoesNotRestore) {
  Comparison comparison;
  for (const RollbackStatus status : {RollbackStatus::failed, RollbackStatus::different}) {
    EXPECT_EQ(exit_code(comparison, {status, ""}), 1);
  }
  for (const RollbackStatus status : {RollbackStatus::not_done, RollbackStatus::equal}) {
    EXPECT_EQ(exit_code(comparison, {status, ""}), 0);
  }
  comparison.invalid_reasons = {"servers away"};
  EXPECT_EQ(exit_code(comparison, {RollbackStatus::failed, ""}), 3);
}

}  // namespace
}  // namespace tare
