// What the plans of the arms say: exact work, and which plans changed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "tools/compare/comparison_parts.h"
#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr double kFewestBlocks = 50;  // a smaller difference is none, whatever its share

// The contender's plan of the same step for the same parameters.
const TrialPlan* counterpart(const TrialPlan& plan, const std::vector<TrialPlan>& plans) {
  for (const TrialPlan& other : plans) {
    if (other.operation == plan.operation && other.step == plan.step &&
        other.parameters == plan.parameters) {
      return &other;
    }
  }
  return nullptr;
}

// What a plan's execution counted: its blocks, or the rows it answered.
using Count = int64_t PlanShape::*;

struct Work {
  std::map<std::string, std::pair<double, double>> counts;  // of a step: both arms' sums
  std::map<std::string, double> plans;                      // of a step: their weight
  double only_before = 0, only_after = 0;  // per query, of steps that one arm does not have
  std::string problem;                     // a plan that only one arm has
  bool triggers = false;                   // others fired in one arm than in the other
};

// The mean counts of those steps of `plans` that `others` lack: a patched scenario has other steps.
double counted_alone(const std::vector<TrialPlan>& plans, const std::vector<TrialPlan>& others,
                     const std::string& operation, Count count) {
  std::map<std::string, std::pair<double, double>> steps;
  for (const TrialPlan& plan : plans) {
    if (plan.operation != operation || !plan.error.empty()) continue;
    const bool shared = std::any_of(others.begin(), others.end(), [&](const TrialPlan& other) {
      return other.operation == plan.operation && other.step == plan.step;
    });
    if (shared) continue;
    steps[plan.step].first += double(plan.requests) * double(plan.shape.*count);
    steps[plan.step].second += double(plan.requests);
  }
  double sum = 0;
  for (const auto& [step, counts] : steps) sum += counts.first / counts.second;
  return sum;
}

Work work_of(const PairSample& pair, const std::string& operation, Count count) {
  Work work;
  for (const TrialPlan& plan : pair.baseline.plans) {
    if (plan.operation != operation) continue;
    const TrialPlan* other = counterpart(plan, pair.contender.plans);
    if (other == nullptr) continue;
    if (plan.error.empty() != other->error.empty()) {
      work.problem = fmt::format("only one arm has a plan for step {}: {}{}", plan.step, plan.error,
                                 other->error);
    }
    if (!plan.error.empty() || !other->error.empty()) continue;
    auto& [before, after] = work.counts[plan.step];
    const auto weight = double(plan.requests);
    before += weight * double(plan.shape.*count);
    after += weight * double(other->shape.*count);
    work.plans[plan.step] += weight;
    work.triggers |= plan.shape.triggers != other->shape.triggers;
  }
  work.only_before = counted_alone(pair.baseline.plans, pair.contender.plans, operation, count);
  work.only_after = counted_alone(pair.contender.plans, pair.baseline.plans, operation, count);
  return work;
}

// What both arms counted per query, in each pair that tells; medians over the pairs go into `row`.
// Says whether other triggers fired in one arm than in the other.
bool count_into(Row& row, const std::vector<PairSample>& pairs, Count count) {
  std::vector<double> before, after;
  bool triggers = false;
  for (const PairSample& pair : pairs) {
    const Work work = work_of(pair, row.operation, count);
    if (!work.problem.empty()) row.note = work.problem;
    triggers |= work.triggers;
    double sum_before = work.only_before, sum_after = work.only_after;
    if (work.plans.empty() && (sum_before == 0 || sum_after == 0)) continue;
    for (const auto& [step, counts] : work.counts) {
      sum_before += counts.first / work.plans.at(step);
      sum_after += counts.second / work.plans.at(step);
    }
    before.push_back(sum_before);
    after.push_back(sum_after);
  }
  row.pairs = int(before.size());
  if (before.empty() || !row.note.empty()) {
    if (row.note.empty()) row.note = "no plans for the same parameters in both arms";
    return triggers;
  }
  row.baseline = median(before);
  row.contender = median(after);
  const double growth = *row.contender - *row.baseline;
  if (*row.baseline > 0) {
    row.change = growth / *row.baseline;
  } else if (growth == 0) {
    row.change = 0;
  }
  return triggers;
}

Row row_of_plans(const std::string& operation, const char* metric, Unit unit, Gating gating,
                 const Criteria& criteria) {
  Row row;
  row.operation = operation;
  row.metric = metric;
  row.unit = unit;
  row.kind = ChangeKind::exact;
  row.gating = gating;
  row.margin = margin_of(criteria, row.metric);
  return row;
}

}  // namespace

bool has_plans(const std::vector<PairSample>& pairs, const std::string& operation) {
  for (const PairSample& pair : pairs) {
    const Work work = work_of(pair, operation, &PlanShape::blocks);
    if (!work.plans.empty() || !work.problem.empty() || work.only_before + work.only_after > 0) {
      return true;
    }
  }
  return false;
}

Row judge_blocks(const std::vector<PairSample>& pairs, const std::string& operation,
                 const Criteria& criteria) {
  Row row = row_of_plans(operation, "blocks_per_query", Unit::blocks, Gating::gating, criteria);
  const bool triggers = count_into(row, pairs, &PlanShape::blocks);
  if (!row.baseline) {
    row.verdict = Verdict::invalid;
    return row;
  }
  const double growth = *row.contender - *row.baseline;
  const double allowed = std::max(row.margin * *row.baseline, kFewestBlocks);
  row.verdict = growth > allowed    ? Verdict::regressed
                : growth < -allowed ? Verdict::improved
                                    : Verdict::equivalent;
  if (std::abs(growth) > row.margin * *row.baseline && std::abs(growth) <= kFewestBlocks) {
    row.note = fmt::format("{} work for the same parameters, but by fewer than {:.0f} blocks",
                           growth > 0 ? "more" : "less", kFewestBlocks);
  }
  if (triggers && *row.verdict != Verdict::regressed) {
    row.verdict = Verdict::inconclusive;
    row.note =
        "other triggers fire in one arm than in the other, a foreign key's perhaps, and what they "
        "read is not counted";
  }
  return row;
}

Row rows_answered(const std::vector<PairSample>& pairs, const std::string& operation,
                  const Criteria& criteria) {
  Row row = row_of_plans(operation, "rows_per_query", Unit::rows, Gating::shown, criteria);
  count_into(row, pairs, &PlanShape::rows);
  return row;
}

// A query that looks at the clock gives other rows from trial to trial: only what is the same in
// all trials of an arm tells anything about the change.
std::vector<std::string> different_rows(const std::vector<PairSample>& pairs) {
  struct Seen {
    std::set<int64_t> before, after;
  };
  std::map<std::tuple<std::string, std::string, std::vector<std::string>>, Seen> queries;
  for (const PairSample& pair : pairs) {
    for (const TrialPlan& plan : pair.baseline.plans) {
      const TrialPlan* other = counterpart(plan, pair.contender.plans);
      if (other == nullptr || !plan.error.empty() || !other->error.empty()) continue;
      Seen& seen = queries[{plan.operation, plan.step, plan.parameters}];
      seen.before.insert(plan.shape.rows);
      seen.after.insert(other->shape.rows);
    }
  }
  std::vector<std::string> lines;
  std::set<std::pair<std::string, std::string>> told;
  for (const auto& [query, seen] : queries) {
    const auto& [operation, step, parameters] = query;
    if (seen.before.size() != 1 || seen.after.size() != 1 || seen.before == seen.after) continue;
    if (!told.emplace(operation, step).second) continue;
    lines.push_back(fmt::format(
        "{} {}: {} rows before, {} after for the same parameters ({}); another answer is no faster "
        "answer. If that is what the change is for, let its variable begin with \"data\"",
        operation, step, *seen.before.begin(), *seen.after.begin(),
        parameters.empty() ? "none" : fmt::format("{}", fmt::join(parameters, ", "))));
  }
  return lines;
}

std::vector<PlanChange> plan_changes(const std::vector<PairSample>& pairs, int& steps_compared) {
  std::map<std::pair<std::string, std::string>, PlanChange> steps;
  for (const PairSample& pair : pairs) {
    for (const TrialPlan& plan : pair.baseline.plans) {
      const TrialPlan* other = counterpart(plan, pair.contender.plans);
      if (other == nullptr || !plan.error.empty() || !other->error.empty()) continue;
      PlanChange& step = steps[{plan.operation, plan.step}];
      step.operation = plan.operation;
      step.step = plan.step;
      ++step.compared;
      if (is_same_plan(plan.shape, other->shape)) continue;
      ++step.changed;
      if (step.description.empty()) {
        step.description = describe_plan_change(plan.shape, other->shape);
      }
    }
  }
  steps_compared = int(steps.size());
  std::vector<PlanChange> changes;
  for (const auto& [key, step] : steps) {
    if (step.changed > 0) changes.push_back(step);
  }
  return changes;
}

}  // namespace tare
