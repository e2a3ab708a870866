#include "tools/report/experiment_note.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Experiment an_experiment() {
  Experiment out;
  out.scenario = "shop";
  out.change = "index-orders";
  out.started_at = "2026-01-01T00:00:00Z";
  out.duration_s = 61;
  out.pairs = {{PairOrder::baseline_first, "a", "b"}, {PairOrder::contender_first, "c", "d"}};
  out.comparison.pairs = 2;
  Row row;
  row.operation = "list";
  row.metric = "response_time_tm95";
  row.baseline = 2e6, row.contender = 1e6, row.change = -0.5, row.low = -0.6, row.high = -0.4;
  row.verdict = Verdict::improved;
  row.gating = Gating::gating;
  out.comparison.rows = {row};
  row.operation = "other";
  row.verdict = Verdict::inconclusive;
  row.note = "too few";
  out.comparison.rows.push_back(row);
  out.comparison.expectations = {
      {"list", "response_time_tm95", -0.3, Bound::at_most, Outcome::met, ""}};
  out.comparison.plan_changes = {{"list", "query", "Seq Scan -> Index Scan", 5, 5}};
  out.schema_changes = {"+ index public.orders_c"};
  out.rollback.status = RollbackStatus::equal;
  out.cache_cleared = {"shop:*"};
  out.cache_keys_cleared = 1234;
  out.exit_code = 2;
  out.warnings = {"the generator was late"};
  return out;
}

Change a_change() {
  Change change;
  change.name = "index-orders";
  change.owner = "shop | team <b>";
  change.reason = "it scans";
  change.variable = "schema.index";
  change.apply = {SqlAction{"CREATE INDEX orders_c\n  ON orders (c)"},
                  RedisAction{{"DEL", "shop:top"}}, ShellAction{"./migrate.sh"},
                  PostgresSettingsAction{{{"work_mem", "8MB"}}}};
  change.rollback = {SqlAction{"DROP INDEX orders_c"}};
  change.rollback_note = "Safe at any time.";
  change.assumptions = {"PostgreSQL 15"};
  return change;
}

TEST(ExperimentNote, HoldsWhatTheNextPersonNeeds) {
  Environment baseline, contender;
  baseline.versions = contender.versions = {{"postgres", "15.18"}};
  baseline.postgres_settings = {{"jit", "on"}};
  contender.postgres_settings = {{"work_mem", "8MB"}};
  baseline.git_revision = "abc-dirty";
  const std::string note =
      experiment_note(an_experiment(), a_change(), baseline, contender, " a.sql | 2 +-");
  for (const char* part : {
           "# index-orders\n",
           "- owner: shop \\| team \\<b>\n",
           "- reason: it scans\n",
           "- list response tm95 falls by at least 30 %: **met**\n",
           "    CREATE INDEX orders_c\n      ON orders (c);\n",
           "    redis> DEL shop:top\n",
           "    $ ./migrate.sh\n",
           "    ALTER SYSTEM SET work_mem = '8MB'\n",
           "    + index public.orders_c\n",
           "1,234 in all",
           "Safe at any time.",
           "    DROP INDEX orders_c;\n",
           "the schema equals the start",
           "| list | response tm95 | 2.00 ms | 1.00 ms | -50.0 % (-60.0…-40.0) |  | improved "
           "(margin 0 %) |",
           "2 pairs of trials, in 1 of them the baseline first.",
           "- list query: Seq Scan -> Index Scan (5 of 5 comparisons)",
           "- PostgreSQL 15\n",
           "- PostgreSQL jit: on; contender: not set\n",
           "- PostgreSQL work_mem: not set; contender: 8MB\n",
           "- git revision: abc-dirty\n",
           "     a.sql | 2 +-\n",
           "- the generator was late\n",
           "- other response tm95: inconclusive (too few)\n",
       }) {
    EXPECT_NE(note.find(part), std::string::npos) << part << "\n---\n" << note;
  }
}

TEST(ExperimentNote, HasTheBaselinesIndexReviewInShort) {
  IndexReview review;
  review.tables.emplace_back();
  review.findings = {{IndexFindingKind::unused, "a|b", "odd", "0 scans; 8.00 kB", {"one", "two"}},
                     {IndexFindingKind::sequential_scan, "post", "", "4 scans", {}}};
  review.notes = {"left out"};
  const auto note_of = [&] {
    return experiment_note(an_experiment(), a_change(), {}, {}, "", review);
  };
  EXPECT_NE(note_of().find("## Indexes under this load, before the change\n\n"
                           "- unused: a\\|b, odd: 0 scans; 8.00 kB (one; two)\n"
                           "- sequential scans: post: 4 scans\n"
                           "- note: left out\n"),
            std::string::npos)
      << note_of();
  review.findings.assign(12, review.findings[1]);
  EXPECT_NE(note_of().find("- and 2 more in"), std::string::npos);
  review.findings.clear();
  EXPECT_NE(note_of().find("Nothing was found."), std::string::npos);
  review.tables.clear();
  EXPECT_EQ(note_of().find("Indexes under this load"), std::string::npos);
  EXPECT_EQ(experiment_note(an_experiment(), a_change(), {}, {}, "").find("Indexes under"),
            std::string::npos);
}

TEST(ExperimentNote, SaysLoudlyWhatWentWrong) {
  Experiment bad = an_experiment();
  bad.rollback = {RollbackStatus::different, "+ index left\n- column gone"};
  bad.comparison.invalid_reasons = {"the arms differ"};
  bad.exit_code = 3;
  const std::string note = experiment_note(bad, a_change(), {}, {}, "");
  EXPECT_NE(note.find("**Tried, and something is left:**\n\n    + index left\n    - column gone\n"),
            std::string::npos)
      << note;
  EXPECT_NE(note.find("- **invalid**: the arms differ\n"), std::string::npos);
}

}  // namespace
}  // namespace tare
