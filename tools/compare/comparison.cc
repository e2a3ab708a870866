#include "tools/compare/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/counter_changes.h"
#include "tools/compare/decision.h"
#include "tools/compare/null_check.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

std::set<std::string> operations_in(const std::vector<PairSample>& pairs) {
  std::set<std::string> names;
  for (const PairSample& pair : pairs) {
    for (const auto& [name, operation] : pair.baseline.result.operations) names.insert(name);
    for (const auto& [name, operation] : pair.contender.result.operations) names.insert(name);
  }
  return names;
}

std::set<std::string> jobs_in(const std::vector<PairSample>& pairs) {
  std::set<std::string> names;
  for (const PairSample& pair : pairs) {
    for (const Sample* sample : {&pair.baseline, &pair.contender}) {
      for (const auto& [name, job] : sample->result.jobs) {
        names.insert(std::string(kJobPrefix) + name);
      }
    }
  }
  return names;
}

bool draws_anew(const JsonValue& scenario_patch) {
  for (const JsonValue& operation : object_in(scenario_patch, "operations").items) {
    if (operation.find("draw")) return true;
  }
  return false;
}

enum class Arm { baseline, contender };

std::optional<double> overall_hit_ratio(const std::vector<PairSample>& pairs, Arm arm) {
  int64_t hits = 0, misses = 0;
  for (const PairSample& pair : pairs) {
    const Sample& sample = arm == Arm::baseline ? pair.baseline : pair.contender;
    for (const auto& [name, operation] : sample.result.operations) {
      if (const auto hit = operation.paths.find("hit"); hit != operation.paths.end()) {
        hits += hit->second.count;
      }
      if (const auto miss = operation.paths.find("miss"); miss != operation.paths.end()) {
        misses += miss->second.count;
      }
    }
  }
  if (hits + misses == 0) return std::nullopt;
  return double(hits) / double(hits + misses);
}

using Rows = std::vector<Judged>;

void add_job_rows(const std::vector<PairSample>& pairs, const Criteria& criteria, Rows& rows) {
  for (const std::string& name : jobs_in(pairs)) {
    Judged failed = judge_metric(pairs, {name, "failed_share"}, Gating::gating, criteria);
    if (failed.row.baseline == 0.0 && failed.row.contender == 0.0) {  // a few runs prove nothing
      failed.row.gating = Gating::shown;
      failed.row.verdict.reset();
    }
    rows.push_back(std::move(failed));
    for (const char* metric : {"lateness_mean", "duration_mean"}) {
      rows.push_back(judge_metric(pairs, {name, metric}, Gating::shown, criteria));
    }
  }
  std::set<std::string> counted = operations_in(pairs);
  for (const auto& [name, job] : pairs.front().baseline.result.jobs) {
    if (!counted.insert(job.operation).second || !has_plans(pairs, job.operation)) continue;
    rows.push_back({judge_blocks(pairs, job.operation, criteria)});
  }
}

// What the row would have called a regression, among so many.
void tell_detectable(Judged& judged, const Criteria& criteria, int rows) {
  if (!judged.scale) return;
  const double margin = judged.scale->worse_margin(judged.row.margin);
  const auto distance = detectable_worsening(judged.estimate, margin, criteria.levels, rows);
  if (!distance || !std::isfinite(*distance)) return;
  const double mean = judged.estimate.mean;
  judged.row.detectable_change =
      std::abs(judged.scale->change_at(mean + *distance) - judged.scale->change_at(mean));
}

// An improvement of a shown row likewise: those that moved are picked out for people.
void share_improvements(const Criteria& criteria, Rows& rows) {
  std::vector<Judged*> tested;
  std::vector<double> p_values;
  for (Judged& judged : rows) {
    if (judged.row.gating != Gating::shown || !judged.row.verdict || !judged.scale) continue;
    tested.push_back(&judged);
    p_values.push_back(1 - p_above(judged.estimate, 0).value_or(0));
  }
  const std::vector<bool> beyond_chance = holm(p_values, criteria.levels.alarm);
  for (size_t i = 0; i < tested.size(); ++i) {
    Row& row = tested[i]->row;
    if (row.verdict == Verdict::improved && !beyond_chance[i]) row.verdict = Verdict::not_worse;
  }
}

// A regression is called one when it is beyond chance among all the rows of its kind that were
// tested: those that gate, or those that are shown.
void share_alarms(const Criteria& criteria, Gating gating, Rows& rows) {
  std::vector<Judged*> tested;
  std::vector<double> p_values;
  for (Judged& judged : rows) {
    if (judged.row.gating != gating || !judged.row.verdict || !judged.row.p_value) continue;
    tested.push_back(&judged);
    p_values.push_back(*judged.row.p_value);
  }
  for (Judged* judged : tested) tell_detectable(*judged, criteria, int(tested.size()));
  const std::vector<bool> beyond_chance = holm(p_values, criteria.levels.alarm);
  for (size_t i = 0; i < tested.size(); ++i) {
    Row& row = tested[i]->row;
    if (row.verdict != Verdict::regressed || beyond_chance[i]) continue;
    row.verdict = Verdict::inconclusive;
    if (gating == Gating::gating && tested[i]->scale) {
      row.more_pairs = pairs_until(tested[i]->estimate, tested[i]->estimate.mean,
                                   criteria.levels.alarm / double(tested.size()));
    }
    row.note +=
        fmt::format("{}worse by its own interval, but p = {:.2g} may be chance among {} rows",
                    row.note.empty() ? "" : "; ", *row.p_value, tested.size());
  }
}

void add_rows(const std::vector<PairSample>& pairs, const Criteria& criteria, Comparison& out) {
  Rows rows;
  std::set<std::string> operations = operations_in(pairs);
  for (const std::string& name : criteria.never_asked) operations.erase(name);
  for (const std::string& name : operations) {
    for (const char* metric : {"response_time_tm95", "failed_share"}) {
      rows.push_back(judge_metric(pairs, {name, metric}, Gating::gating, criteria));
    }
    if (has_plans(pairs, name)) rows.push_back({judge_blocks(pairs, name, criteria)});
    for (Judged& shown : shown_rows(pairs, name, criteria)) rows.push_back(std::move(shown));
  }
  add_job_rows(pairs, criteria, rows);
  for (Judged& overall : overall_rows(pairs, criteria)) rows.push_back(std::move(overall));
  share_alarms(criteria, Gating::gating, rows);
  share_alarms(criteria, Gating::shown, rows);
  share_improvements(criteria, rows);
  for (Judged& judged : rows) out.rows.push_back(std::move(judged.row));
  for (Row& row : stall_rows(pairs, criteria)) out.rows.push_back(std::move(row));
  std::stable_partition(out.rows.begin(), out.rows.end(),
                        [](const Row& row) { return row.gating == Gating::gating; });
}

ExpectationResult judged_expectation(const std::vector<PairSample>& pairs, const Criteria& criteria,
                                     const Expectation& expectation) {
  std::set<std::string> known = jobs_in(pairs);
  known.merge(operations_in(pairs));
  for (const auto& [name, job] : pairs.front().baseline.result.jobs) known.insert(job.operation);
  known.insert(std::string(kAllOperations));
  if (!known.contains(expectation.operation)) {
    return {expectation.operation, expectation.metric,    expectation.limit,
            expectation.bound,     Outcome::inconclusive, "no such operation was measured"};
  }
  if (expectation.metric == "blocks_per_query") {
    return judge_expectation({judge_blocks(pairs, expectation.operation, criteria)}, expectation);
  }
  return judge_expectation(
      judge_metric(pairs, {expectation.operation, expectation.metric}, Gating::gating, criteria),
      expectation);
}

LimitResult judge_p99(const std::string& operation, double limit_ms,
                      const std::vector<Result>& trials) {
  LimitResult out{operation,    "response_time_p99_ms", limit_ms,
                  std::nullopt, Outcome::inconclusive,  ""};
  std::vector<double> values;
  bool silent_trial = false, few = false, all_below = true, far_above = true;
  for (const Result& trial : trials) {
    const auto found = trial.operations.find(operation);
    if (found == trial.operations.end()) continue;
    const HistogramSummary& times = found->second.response_time_ns;
    if (times.count > 0) {
      values.push_back(double(times.p99) / 1e6);
      few |= times.count < 100 * kFewestBeyond;
      all_below &= double(times.max) / 1e6 <= limit_ms;
      far_above &= double(times.p90) / 1e6 > limit_ms;
    } else if (found->second.requests.scheduled > 0) {
      silent_trial = true;
    }
  }
  if (!values.empty()) out.measured = median(values);
  if (silent_trial) {
    out.outcome = Outcome::missed;
    out.note = "a trial in which no request was ok";
  } else if (values.empty()) {
    out.note = "no such request in the measured window: measure longer";
  } else if (few && !all_below && !far_above) {
    out.note = fmt::format(
        "fewer than {} requests beyond it in a trial, and some above the limit: "
        "measure longer",
        kFewestBeyond);
  } else {
    out.outcome = *out.measured <= limit_ms ? Outcome::met : Outcome::missed;
  }
  return out;
}

LimitResult judge_error_rate(const std::string& operation, double limit,
                             const std::vector<Result>& trials) {
  LimitResult out{operation, "error_rate", limit, std::nullopt, Outcome::inconclusive, ""};
  RequestCounts all;
  const bool is_job = operation.starts_with(kJobPrefix);
  for (const Result& trial : trials) {
    if (is_job) {
      const auto job = trial.jobs.find(operation.substr(kJobPrefix.size()));
      if (job == trial.jobs.end()) continue;
      all.ok += job->second.runs.ok;
      all.scheduled += job->second.runs.ok + job->second.runs.failed + job->second.runs.timed_out;
      continue;
    }
    const auto found = trial.operations.find(operation);
    if (found == trial.operations.end()) continue;
    all.scheduled += found->second.requests.scheduled;
    all.ok += found->second.requests.ok;
  }
  if (all.scheduled == 0) {
    out.note = is_job ? "no run ended in the measured window: measure longer"
                      : "no such request in the measured window: measure longer";
    return out;
  }
  out.measured = all.failed_share();
  out.outcome = *out.measured <= limit ? Outcome::met : Outcome::missed;
  return out;
}

}  // namespace

Sample sample_of(const Result& result) {
  Sample sample{result, {}};
  sample.result.plans.clear();
  sample.result.ran_plans.clear();
  for (const Plan& plan : result.plans) {
    TrialPlan out{plan.operation, plan.step, plan.parameters, plan.requests, {}, plan.error};
    if (out.error.empty()) {
      try {
        out.shape = shape_of(plan);
      } catch (const std::runtime_error& error) {
        out.error = error.what();
      }
    }
    sample.plans.push_back(std::move(out));
  }
  return sample;
}

Criteria criteria_of(const Scenario& scenario, const Change* change) {
  Criteria criteria;
  criteria.margins = scenario.margins;
  criteria.limits = scenario.limits;
  criteria.closed_loop = scenario.load.arrivals.kind == ArrivalKind::closed;
  for (size_t i = 0; i < scenario.operations.size(); ++i) {
    const bool later = std::any_of(scenario.load.phases.begin(), scenario.load.phases.end(),
                                   [i](const Phase& phase) { return phase.mix[i] > 0; });
    if (scenario.load.mix[i] == 0 && !later) {
      criteria.never_asked.insert(scenario.operations[i].name);
    }
  }
  if (change != nullptr) {
    criteria.declared = declared_by(*change);
    criteria.expect = change->expect;
    for (const auto& [name, value] : settings_made<PostgresSettingsAction>(*change)) {
      criteria.postgres_settings.insert(name);
    }
    for (const auto& [name, value] : settings_made<RedisSettingsAction>(*change)) {
      criteria.redis_settings.insert(name);
    }
    // A setting made by SQL (ALTER DATABASE ... SET) or CONFIG SET is named as the variable.
    constexpr std::string_view kPostgres = "postgres.", kRedis = "redis.";
    if (change->variable.starts_with(kPostgres)) {
      criteria.postgres_settings.insert(change->variable.substr(kPostgres.size()));
    }
    if (change->variable.starts_with(kRedis)) {
      criteria.redis_settings.insert(change->variable.substr(kRedis.size()));
    }
    if (!change->binaries.postgres_bin.empty()) criteria.versions.insert("postgres");
    if (!change->binaries.redis_server.empty()) criteria.versions.insert("redis");
    criteria.other_rows = change->variable.starts_with("data");
    criteria.other_requests = change->scenario_patch && draws_anew(*change->scenario_patch);
  }
  return criteria;
}

std::vector<LimitResult> judge_limits(const std::vector<Limit>& limits,
                                      const std::vector<Result>& trials) {
  std::vector<LimitResult> out;
  for (const Limit& limit : limits) {
    if (limit.response_time_p99_ms) {
      out.push_back(judge_p99(limit.operation, *limit.response_time_p99_ms, trials));
    }
    if (limit.error_rate) {
      out.push_back(judge_error_rate(limit.operation, *limit.error_rate, trials));
    }
  }
  return out;
}

Comparison compare(const std::vector<PairSample>& pairs, const Criteria& criteria) {
  Comparison out;
  out.pairs = int(pairs.size());
  out.invalid_reasons = reasons_not_comparable(pairs, criteria, out.environment);
  if (pairs.empty()) return out;
  add_rows(pairs, criteria, out);
  out.null_check = null_check(pairs, out.rows);
  out.counter_changes = counter_changes(pairs);
  for (const Expectation& expectation : criteria.expect) {
    out.expectations.push_back(judged_expectation(pairs, criteria, expectation));
  }
  std::vector<Result> contenders;
  for (const PairSample& pair : pairs) contenders.push_back(pair.contender.result);
  out.limits = judge_limits(criteria.limits, contenders);
  out.plan_changes = plan_changes(pairs, out.plans_compared);
  out.plan_use = plan_use_changes(pairs);
  out.watched = watched_in(pairs);
  out.hit_or_fix = hit_or_fix(pairs, criteria);
  out.hit_ratio_baseline = overall_hit_ratio(pairs, Arm::baseline);
  out.hit_ratio_contender = overall_hit_ratio(pairs, Arm::contender);
  return out;
}

}  // namespace tare
