#include "tools/report/plan_use_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "tools/report/cells.h"

namespace tare {
namespace {

std::string name_of(const std::string& operation, const std::string& step) {
  return operation + "/" + step;
}

void add_steps(const SessionPlans& plans, std::vector<std::string>& lines) {
  std::vector<std::string> custom;
  for (const StepPlanUse& step : plans.steps) {
    if (step.generic == 0) {
      custom.push_back(name_of(step.operation, step.step));
      continue;
    }
    lines.push_back(
        fmt::format("prepared: {}: generic plan on {} of {} connections, {} of {} executions",
                    name_of(step.operation, step.step), step.generic, step.connections,
                    share_cell(double(step.generic_executions) / double(step.executions())),
                    count_cell(step.executions())));
  }
  if (!custom.empty()) {
    lines.push_back(
        fmt::format("prepared: custom plans on every connection: {}", fmt::join(custom, ", ")));
  }
  if (plans.unknown.empty()) return;
  lines.push_back(fmt::format(
      "prepared: {} which kind of plan they used: {}",
      plans.connections == 0 ? "the connections do not tell" : "some connections do not tell",
      plans.unknown));
}

}  // namespace

std::vector<std::string> plan_use_lines(const Result& result) {
  std::vector<std::string> lines;
  if (result.session_plans) add_steps(*result.session_plans, lines);
  std::set<std::string> told;
  for (const Plan& plan : result.plans) {
    if (plan.kind != PlanKind::generic || plan.custom_shape == plan.shape) continue;
    const std::string name = name_of(plan.operation, plan.step);
    if (!plan.error.empty() || plan.custom_shape.empty() || !told.insert(name).second) continue;
    lines.push_back(fmt::format("plan: {}: from the sixth execution on {}, custom was {} ({})",
                                name, plan.summary, plan.custom_summary,
                                fmt::join(plan.parameters, ", ")));
  }
  for (std::string& line : lines) line = harmless(line);
  return lines;
}

std::vector<std::string> plan_use_lines(const std::vector<PlanUseChange>& changes) {
  std::vector<std::string> lines;
  for (const PlanUseChange& change : changes) {
    lines.push_back(harmless(fmt::format(
        "prepared: {}: {} of the connections went over to the generic plan before, {} after: "
        "sessions plan it in another way, beside or because of the change",
        name_of(change.operation, change.step), share_cell(change.baseline),
        share_cell(change.contender))));
  }
  return lines;
}

}  // namespace tare
