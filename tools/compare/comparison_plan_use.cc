// Whether the arms' connections went over to generic plans unlike often.
#include <cmath>
#include <map>
#include <utility>

#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

constexpr double kLittle = 0.05;  // of the executions: connections that settle by chance

struct Executions {
  int64_t generic = 0, all = 0;

  double share() const { return double(generic) / double(all); }
};

using ByStep = std::map<std::pair<std::string, std::string>, Executions>;

void add(const Sample& sample, ByStep& steps) {
  if (!sample.result.session_plans) return;
  for (const StepPlanUse& step : sample.result.session_plans->steps) {
    Executions& executions = steps[{step.operation, step.step}];
    executions.generic += step.generic_executions;
    executions.all += step.executions();
  }
}

}  // namespace

std::vector<PlanUseChange> plan_use_changes(const std::vector<PairSample>& pairs) {
  ByStep before, after;
  for (const PairSample& pair : pairs) {
    add(pair.baseline, before);
    add(pair.contender, after);
  }
  std::vector<PlanUseChange> changes;
  for (const auto& [step, executions] : before) {
    const auto other = after.find(step);
    if (other == after.end() || executions.all == 0 || other->second.all == 0) continue;
    const double baseline = executions.share(), contender = other->second.share();
    if (std::abs(contender - baseline) <= kLittle) continue;
    changes.push_back({step.first, step.second, baseline, contender});
  }
  return changes;
}

}  // namespace tare
