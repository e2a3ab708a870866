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

// What all statements are explained with.
struct Ways {
  PostgresControl::Planned planned;
  PartitionRoots roots;
};

void describe_custom(const std::string& explain_json, const PartitionRoots& roots, Plan& plan) {
  if (explain_json.empty()) return;
  Plan custom;
  custom.explain_json = explain_json;
  describe_plan(custom, roots);
  plan.custom_shape = custom.shape;
  plan.custom_summary = custom.summary;
}

std::vector<Plan> capture(PostgresControl& postgres, const std::string& operation,
                          const SqlStepCall& call, const SqlCall& statement,
                          const std::vector<ParameterSet>& all, const Ways& ways) {
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
    const auto explained = postgres.explain(statement.sql, before, sets, ways.planned);
    for (size_t i = 0; i < plans.size(); ++i) {
      plans[i].explain_json = explained[i].json;
      plans[i].error = explained[i].error;
      plans[i].kind = explained[i].kind;
      describe_plan(plans[i], ways.roots);
      describe_custom(explained[i].custom_json, ways.roots, plans[i]);
    }
  } catch (const SqlError& error) {
    for (Plan& plan : plans) plan.error = to_text(error);
  }
  return plans;
}

}  // namespace

std::vector<Plan> capture_plans(PostgresControl& postgres, const Traffic& traffic,
                                Protocol protocol) {
  const Ways ways{protocol == Protocol::prepared ? PostgresControl::Planned::once
                                                 : PostgresControl::Planned::each_time,
                  read_partition_roots(postgres)};
  std::vector<Plan> plans;
  for (const SqlStepCall& call : sql_step_calls(traffic)) {
    const std::string& operation = traffic.operations()[call.operation].name;
    const SqlCall& statement = traffic.sql_calls()[call.index];
    const auto all = first_parameters(traffic, call);
    for (Plan& plan : capture(postgres, operation, call, statement, all, ways)) {
      plans.push_back(std::move(plan));
    }
  }
  return plans;
}

}  // namespace tare
