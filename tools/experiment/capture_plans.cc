#include "tools/experiment/capture_plans.h"

#include <algorithm>

#include "tools/experiment/drawn_parameters.h"
#include "tools/experiment/partition_roots.h"
#include "tools/plans/plan_shape.h"

namespace tare {
namespace {

using ParameterSet = PostgresControl::ParameterSet;

constexpr size_t kFrequent = 2;       // of the parameter sets: those that most requests ask with
constexpr size_t kPlannedBefore = 5;  // executions until a generic plan is considered

std::vector<Plan> capture(PostgresControl& postgres, const std::string& operation,
                          const SqlStepCall& call, const SqlCall& statement,
                          const std::vector<ParameterSet>& all, const PartitionRoots& roots) {
  std::vector<Plan> plans;
  std::vector<ParameterSet> sets;
  for (const auto& [parameters, requests] : weighed(all, kFrequent, kPlansPerStep - kFrequent)) {
    Plan plan;
    plan.operation = operation;
    plan.step = call.name;
    plan.sql = statement.sql;
    plan.parameters = parameters;
    plan.requests = requests;
    plans.push_back(plan);
    sets.push_back(parameters);
  }
  const std::vector<ParameterSet> before(all.begin(),
                                         all.begin() + long(std::min(all.size(), kPlannedBefore)));
  try {
    const auto explained = postgres.explain(statement.sql, before, sets);
    for (size_t i = 0; i < plans.size(); ++i) {
      plans[i].explain_json = explained[i].json;
      plans[i].error = explained[i].error;
      describe_plan(plans[i], roots);
    }
  } catch (const SqlError& error) {
    for (Plan& plan : plans) plan.error = to_text(error);
  }
  return plans;
}

}  // namespace

std::vector<Plan> capture_plans(PostgresControl& postgres, const Traffic& traffic) {
  const PartitionRoots roots = read_partition_roots(postgres);
  std::vector<Plan> plans;
  for (const SqlStepCall& call : sql_step_calls(traffic)) {
    const std::string& operation = traffic.operations()[call.operation].name;
    const SqlCall& statement = traffic.sql_calls()[call.index];
    const auto all = first_parameters(traffic, call);
    for (Plan& plan : capture(postgres, operation, call, statement, all, roots)) {
      plans.push_back(std::move(plan));
    }
  }
  return plans;
}

}  // namespace tare
