#include "tools/experiment/plan_use_review.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "bench/engine/sql_step_calls.h"

namespace tare {
namespace {

constexpr int64_t kChosenAt = 6;    // executions: the first of which a generic plan may serve
constexpr double kWarmedUpAt = 10;  // executions for each connection, with some to spare

// Without parameters there is one plan only.
std::vector<SqlStepCall> calls_with_parameters(const Traffic& traffic) {
  std::vector<SqlStepCall> calls = sql_step_calls(traffic);
  std::erase_if(calls, [&traffic](const SqlStepCall& call) {
    return traffic.sql_calls()[call.index].parameters.empty();
  });
  return calls;
}

StepPlanUse use_of(size_t statement, const std::vector<SessionReport>& sessions) {
  StepPlanUse step;
  for (const SessionReport& session : sessions) {
    if (session.plan_use.empty()) continue;
    const PlanUse& use = session.plan_use[statement];
    if (use.generic + use.custom == 0) continue;
    ++step.connections;
    step.generic += use.generic > 0;
    step.undecided += use.generic == 0 && use.custom < kChosenAt;
    step.generic_executions += use.generic;
    step.custom_executions += use.custom;
  }
  return step;
}

void note_mixed(const StepPlanUse& step, std::vector<std::string>& findings) {
  if (step.generic == 0 || step.custom() == 0) return;
  findings.push_back(fmt::format(
      "{} {}: {} of {} connections went over to the generic plan, {} stayed with custom plans: "
      "which it is follows from the parameters that a connection happens to get first, so neither "
      "two connections nor two runs need be alike; set plan_cache_mode (force_custom_plan or "
      "force_generic_plan) for the role or the database, or write the value that decides into the "
      "statement as a literal",
      step.operation, step.step, step.generic, step.connections, step.custom()));
}

// Whether the change to a generic plan may lie in the window: on an older server nobody knows;
// where every connection stayed with custom plans, there was none.
bool may_change_in_window(const StepPlanUse& step, double warmup_runs) {
  return warmup_runs < kWarmedUpAt && (step.connections == 0 || step.custom() < step.connections);
}

// `steps` are those that readers took in the window.
void note_short_warmup(const Load& load, const std::vector<StepPlanUse>& steps,
                       std::vector<std::string>& findings) {
  std::vector<std::string> names;
  double fewest = kWarmedUpAt;
  for (const StepPlanUse& step : steps) {
    const double runs = double(step.warmup_executions) / load.postgres_connections;
    if (!may_change_in_window(step, runs)) continue;
    names.push_back(fmt::format("{} {} ({:.1f})", step.operation, step.step, runs));
    fewest = std::min(fewest, runs);
  }
  if (names.empty()) return;
  const double warmup_s = std::chrono::duration<double>(load.warmup).count();
  const std::string longer =
      fewest * warmup_s > 0
          ? fmt::format("raise load.warmup_s to {:.0f}", std::ceil(warmup_s * kWarmedUpAt / fewest))
          : std::string("raise load.warmup_s");
  findings.push_back(fmt::format(
      "the warm-up ran some statements fewer than {:.0f} times on a connection: {}; PostgreSQL may "
      "go over to a generic plan with the sixth time, and so within the window or after it: {}, "
      "or lower load.connections.postgres",
      kWarmedUpAt, fmt::join(names, ", "), longer));
}

}  // namespace

std::optional<SessionPlans> review_plan_use(const Scenario& scenario, const Traffic& traffic,
                                            const LoadOutcome& outcome) {
  const std::vector<SqlStepCall> statements = calls_with_parameters(traffic);
  if (scenario.load.protocol != Protocol::prepared || statements.empty()) return std::nullopt;
  SessionPlans plans;
  for (const SessionReport& session : outcome.postgres_sessions) {
    plans.connections += !session.plan_use.empty();
    if (plans.unknown.empty()) plans.unknown = session.plan_use_unknown;
  }
  const auto readers = outcome.stats.operations();
  std::vector<StepPlanUse> of_readers;
  for (const SqlStepCall& statement : statements) {
    const OperationTraffic& operation = traffic.operations()[statement.operation];
    StepPlanUse step = use_of(statement.index, outcome.postgres_sessions);
    step.operation = operation.name;
    step.step = statement.name;
    step.warmup_executions = outcome.stats.warmup_calls(statement.operation, statement.slot);
    const auto asked = readers.find(operation.name);
    if (asked != readers.end() && asked->second.steps.at(step.step).calls > 0) {
      of_readers.push_back(step);
    }
    if (step.connections == 0) continue;
    note_mixed(step, plans.findings);
    plans.steps.push_back(std::move(step));
  }
  note_short_warmup(scenario.load, of_readers, plans.findings);
  return plans;
}

}  // namespace tare
