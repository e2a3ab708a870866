// From pairs of trials to rows, verdicts and an exit code.
// Level: compare. Pure functions on values: no input or output; safe from any thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/model/change.h"
#include "bench/model/result.h"
#include "bench/model/scenario.h"
#include "tools/compare/attribution.h"
#include "tools/compare/hit_or_fix.h"
#include "tools/compare/looks.h"
#include "tools/plans/plan_shape.h"

namespace tare {

// ---- what goes in -------------------------------------------------------------------------

struct TrialPlan {
  std::string operation;
  std::string step;
  std::vector<std::string> parameters;
  int64_t requests = 1;  // its weight among the step's plans
  PlanShape shape;
  std::string error;  // why there is no plan; empty when there is one
};

// What a comparison needs of one trial: its result without the raw plans.
struct Sample {
  Result result;  // `plans` is empty
  std::vector<TrialPlan> plans;
};
Sample sample_of(const Result& result);

enum class PairOrder {
  baseline_first,
  contender_first,
  in_turns  // both at once, their loads taking turns
};

// The unit of replication: one baseline trial and one contender trial.
struct PairSample {
  Sample baseline;
  Sample contender;
  PairOrder order = PairOrder::baseline_first;
};

// What the comparison is held against.
struct Criteria {
  std::map<std::string, double> margins;  // metric -> share; a missing one has its default
  std::vector<Limit> limits;              // judged on the contender
  std::vector<Expectation> expect;
  // What may differ between the arms, and what a person allows; anything else makes the result not
  // attributable. Without variables, as an older tare wrote it, the names below are declared.
  Declared declared;
  // What the change's own fields name.
  std::set<std::string> postgres_settings, redis_settings;
  std::set<std::string> versions;  // "postgres", "redis"
  bool other_requests = false;     // it draws other values, so other requests are asked
  bool other_rows = false;  // it says that queries give other rows: its variable is "data..."
  std::set<std::string> never_asked;  // operations without a share of the mix
  bool closed_loop = false;           // the servers decide how many requests there are
  Levels levels;                      // of this look

  friend bool operator==(const Criteria&, const Criteria&) = default;
};
// `change` may be null: two arms compared without one.
Criteria criteria_of(const Scenario& scenario, const Change* change);

// With the names, where there are no variables.
Declared declared_in(const Criteria& criteria);

// ---- what comes out -----------------------------------------------------------------------

enum class Verdict { improved, equivalent, not_worse, regressed, inconclusive, invalid };
enum class Gating { gating, shown };  // shown rows have no say in the exit code
// Of Row::baseline and contender.
enum class Unit { nanoseconds, share, blocks, rows, calls, per_second, per_minute, bytes };
enum class ChangeKind {
  relative,  // 0.05 = +5 %; the interval is of paired log-ratios, transformed back
  points,    // difference of shares: 0.01 = +1 percentage point
  exact,     // relative, of counts that have no noise: no interval
};

// One metric of one operation. `baseline` and `contender` are over the trials of each arm:
// geometric means of times, bytes and calls, means of shares, medians of what plans count.
struct Row {
  std::string operation;  // or "job import", or "(all)" operations
  std::string path;       // hit, miss ...: of requests that went this way; empty: of all
  std::string step;       // of this step's calls; empty: of whole requests
  std::string metric;     // response_time_tm95, failed_share, blocks_per_query ...
  Unit unit = Unit::nanoseconds;
  ChangeKind kind = ChangeKind::relative;
  std::optional<double> baseline, contender;
  std::optional<double> change, low,
      high;           // none: nothing to compare; no limits: one pair or exact
  double margin = 0;  // in the terms of `change`
  // Every gating row has one; a shown row where there is enough to judge.
  std::optional<Verdict> verdict;
  Gating gating = Gating::shown;
  int pairs = 0;                  // that entered the estimate
  std::optional<double> p_value;  // one-sided, of "worse"; none: no test was made
  // The smallest worsening that would be called regressed four times in five, and what the arm
  // that ran second has more by than the first; both in the terms of `change`.
  std::optional<double> detectable_change, order_effect;
  std::optional<int> more_pairs;  // of an inconclusive row: about so many more would settle it
  std::string note;               // what else a reader must know; often empty

  friend bool operator==(const Row&, const Row&) = default;
};

// A quantile with fewer requests beyond it, in a trial, is an accident of single requests: it is
// shown and not judged.
inline constexpr int64_t kFewestBeyond = 10;

enum class Outcome { met, missed, inconclusive };

struct ExpectationResult {
  std::string operation;
  std::string metric;
  double limit = 0;
  Bound bound = Bound::at_most;
  Outcome outcome = Outcome::inconclusive;
  std::string note;

  friend bool operator==(const ExpectationResult&, const ExpectationResult&) = default;
};

struct LimitResult {
  std::string operation;
  std::string metric;  // response_time_p99_ms or error_rate, as in the scenario
  double limit = 0;
  std::optional<double> measured;  // the median over the trials; the pooled share for error_rate
  Outcome outcome = Outcome::inconclusive;
  std::string note;

  friend bool operator==(const LimitResult&, const LimitResult&) = default;
};

// One step whose plan differs between the arms for the same parameters.
struct PlanChange {
  std::string operation;
  std::string step;
  std::string description;  // "Seq Scan on relation -> Index Scan using relation_target"
  int changed = 0;          // pairs of plans that differ ...
  int compared = 0;         // ... of so many with the same parameters

  friend bool operator==(const PlanChange&, const PlanChange&) = default;
};

// A step with which more connections of one arm went over to the generic plan than of the other,
// beyond chance (three standard errors): the shares of those that ran it six times or more.
struct PlanUseChange {
  std::string operation;
  std::string step;
  double baseline = 0, contender = 0;

  friend bool operator==(const PlanUseChange&, const PlanUseChange&) = default;
};

// The baseline of one pair against that of the next: how far a metric moves where nothing was
// changed. Relative, as a row's change.
struct NullCheck {
  std::string operation;
  std::string metric;
  double change = 0;
  std::optional<double> low, high;  // none: one couple
  int couples = 0;

  friend bool operator==(const NullCheck&, const NullCheck&) = default;
};

enum class CounterKind { counter, share };

// What the servers counted, of both arms over their trials together: per request, or as a share.
struct CounterChange {
  CounterKind kind = CounterKind::counter;
  std::string source;  // "statements", "indexes", "waits", "redis commands" ...
  std::string object;  // "author_page/posts", "public.post", "get"; empty: the whole server
  std::string name;    // "calls", "HOT updates", "IO/DataFileRead"
  std::string unit;    // count, ns, bytes, blocks, rows, share
  double baseline = 0, contender = 0;
  int pairs = 0;

  friend bool operator==(const CounterChange&, const CounterChange&) = default;
};

struct Comparison {
  std::vector<Row> rows;  // gating rows first
  std::vector<ExpectationResult> expectations;
  std::vector<LimitResult> limits;
  std::vector<PlanChange> plan_changes;
  int plans_compared = 0;  // steps with plans for the same parameters in both arms
  std::vector<HitOrFix> hit_or_fix;
  std::optional<double> hit_ratio_baseline, hit_ratio_contender;  // over all operations
  std::vector<std::string> invalid_reasons;  // not empty: nothing here may be trusted
  int pairs = 0;
  std::vector<NullCheck> null_check = {};    // of the gating rows; gates nothing
  std::vector<PlanUseChange> plan_use = {};  // gates nothing
  // Between the arms; none: the trials are an older tare's.
  std::optional<EnvironmentComparison> environment = {};
  std::vector<CounterChange> counter_changes = {};  // shown, gate nothing; see counter_changes.h
  std::vector<std::string> watched = {};  // beside the load, in words: what could not be had, too

  friend bool operator==(const Comparison&, const Comparison&) = default;
};

// Never throws for odd measurements: they become notes, "inconclusive" or "invalid". No number in
// the answer is NaN or infinite. No pairs at all is invalid.
Comparison compare(const std::vector<PairSample>& pairs, const Criteria& criteria);

// The limits held against one run, or against the contender's trials.
std::vector<LimitResult> judge_limits(const std::vector<Limit>& limits,
                                      const std::vector<Result>& trials);

// What makes one trial worthless: requests lost in the accounting, the offered rate not reached.
// Empty when nothing does. For `tare run` too.
std::vector<std::string> reasons_invalid(const Result& trial);

// Whether this gating row leaves nothing to be compared: see exit_code().
bool makes_invalid(const Row& row, const Comparison& comparison);

// 3 invalid, 1 regressed, broken or missed, 2 inconclusive, 0 otherwise; the first that applies. An
// invalid gating row counts as 3, unless its operation's failed share regressed or improved: then
// that is the answer (a repaired operation has nothing to be compared with).
int exit_code(const Comparison& comparison);
int exit_code(const std::vector<LimitResult>& limits);  // of a single run: 1, 2 or 0

// "not worse", "improved" ...: the words of reports and files.
std::string to_text(Verdict verdict);
std::string to_text(Outcome outcome);
std::string to_text(Unit unit);
std::string to_text(ChangeKind kind);
std::string to_text(Gating gating);

// "falls by at least 50 %", "rises by at least 10 percentage points".
std::string expectation_words(const std::string& metric, double limit, Bound bound);

}  // namespace tare
