#include "tools/report/ran_plan_lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tools/report/cells.h"

namespace tare {
namespace {

constexpr size_t kMostOfAStep = 3;
constexpr size_t kMostOfParameters = 60;  // columns

// Of the steps that both connections ran, each by its calls.
std::string cost_words(const AutoExplain& told) {
  if (!told.cost) return "; too few calls to tell what that costs";
  double canary = 0, control = 0, calls = 0;
  for (const CanaryStep& step : told.steps) {
    const auto weight = double(step.canary_calls + step.control_calls);
    canary += weight * step.canary_ns;
    control += weight * step.control_ns;
    calls += weight;
  }
  if (calls == 0) return "";
  return fmt::format("; the same steps take {} there, {} on its control: {} %",
                     time_cell(canary / calls), time_cell(control / calls),
                     signed_cell(100 * *told.cost));
}

std::string told_line(const AutoExplain& told) {
  if (!told.off.empty()) return "auto_explain: off: " + told.off;
  std::string line = fmt::format("auto_explain: {} plans told ({} of one connection's statements)",
                                 count_cell(told.told), share_cell(told.sample_rate));
  if (told.too_long + told.left_out > 0) {
    line += fmt::format(", {} of them not kept", count_cell(told.too_long + told.left_out));
  }
  return line + cost_words(told);
}

bool was_explained(const RanPlan& ran, const std::vector<Plan>& plans) {
  return std::any_of(plans.begin(), plans.end(), [&ran](const Plan& plan) {
    return plan.operation == ran.operation && plan.step == ran.step &&
           (plan.shape == ran.shape || plan.custom_shape == ran.shape);
  });
}

std::string ran_line(const RanPlan& plan, const std::vector<Plan>& explained) {
  std::string line = fmt::format("ran: {}/{}: {}", plan.operation, plan.step, plan.summary);
  if (plan.kind == PlanKind::generic) line += " (generic)";
  line += fmt::format(", {} {}, mean {}, {} blocks", count_cell(plan.times),
                      plan.times == 1 ? "time" : "times", time_cell(plan.mean_service_ns),
                      count_cell(plan.blocks));
  if (!plan.parameters.empty()) {
    line +=
        ", as for " + cut(fmt::format("{}", fmt::join(plan.parameters, ", ")), kMostOfParameters);
  }
  if (!was_explained(plan, explained)) line += "; EXPLAIN did not show it";
  return line;
}

}  // namespace

std::vector<std::string> ran_plan_lines(const Result& result) {
  std::vector<std::string> lines;
  if (!result.auto_explain) return lines;
  lines.push_back(harmless(told_line(*result.auto_explain)));
  size_t of_step = 0, more = 0;
  for (size_t i = 0; i < result.ran_plans.size(); ++i) {
    const RanPlan& plan = result.ran_plans[i];
    const bool another = i == 0 || plan.operation != result.ran_plans[i - 1].operation ||
                         plan.step != result.ran_plans[i - 1].step;
    of_step = another ? 1 : of_step + 1;
    if (of_step > kMostOfAStep) {
      ++more;
      continue;
    }
    lines.push_back(harmless(ran_line(plan, result.plans)));
  }
  if (more > 0) lines.push_back(fmt::format("ran: {} more in plans.json", more));
  return lines;
}

}  // namespace tare
