// What the plans of the arms say: exact work, and which plans changed.
#include <fmt/format.h>

#include <algorithm>
#include <map>
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

struct Work {
  std::map<std::string, std::pair<double, double>> blocks;  // of a step: both arms' sums
  std::map<std::string, int> plans;
  std::string problem;  // a plan that only one arm has
};

Work work_of(const PairSample& pair, const std::string& operation) {
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
    auto& [before, after] = work.blocks[plan.step];
    before += double(plan.shape.blocks);
    after += double(other->shape.blocks);
    ++work.plans[plan.step];
  }
  return work;
}

}  // namespace

bool has_plans(const std::vector<PairSample>& pairs, const std::string& operation) {
  for (const PairSample& pair : pairs) {
    const Work work = work_of(pair, operation);
    if (!work.plans.empty() || !work.problem.empty()) return true;
  }
  return false;
}

Row judge_blocks(const std::vector<PairSample>& pairs, const std::string& operation,
                 const Criteria& criteria) {
  Row row;
  row.operation = operation;
  row.metric = "blocks_per_query";
  row.unit = Unit::blocks;
  row.kind = ChangeKind::exact;
  row.gating = Gating::gating;
  row.margin = margin_of(criteria, row.metric);
  std::vector<double> before, after;
  for (const PairSample& pair : pairs) {
    const Work work = work_of(pair, operation);
    if (!work.problem.empty()) row.note = work.problem;
    if (work.plans.empty()) continue;
    double sum_before = 0, sum_after = 0;
    for (const auto& [step, blocks] : work.blocks) {
      sum_before += blocks.first / work.plans.at(step);
      sum_after += blocks.second / work.plans.at(step);
    }
    before.push_back(sum_before);
    after.push_back(sum_after);
  }
  row.pairs = int(before.size());
  if (before.empty() || !row.note.empty()) {
    if (row.note.empty()) row.note = "no plans for the same parameters in both arms";
    row.verdict = Verdict::invalid;
    return row;
  }
  row.baseline = median(before);
  row.contender = median(after);
  const double growth = *row.contender - *row.baseline;
  if (*row.baseline > 0) {
    row.change = growth / *row.baseline;
  } else if (growth == 0) {
    row.change = 0;
  }
  const double allowed = std::max(row.margin * *row.baseline, kFewestBlocks);
  row.verdict = growth > allowed    ? Verdict::regressed
                : growth < -allowed ? Verdict::improved
                                    : Verdict::equivalent;
  return row;
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
      if (plan.shape.fingerprint == other->shape.fingerprint) continue;
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
