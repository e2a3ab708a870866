#include "tools/experiment/capture_plans.h"

#include <algorithm>
#include <map>

#include "tools/experiment/partition_roots.h"
#include "tools/plans/plan_shape.h"

namespace tare {
namespace {

using ParameterSet = PostgresControl::ParameterSet;

constexpr uint64_t kLongestSearch = 100'000;  // requests looked at for an operation's first ones
constexpr uint32_t kPlannedBatches = 20;      // of a job's run
constexpr size_t kWeighed = 1000;             // of the operation's requests
constexpr size_t kPlannedBefore = 5;          // executions until a generic plan is considered

struct SqlStepCall {
  std::string name;
  size_t index;  // in Traffic::sql_calls()
};

std::vector<SqlStepCall> sql_calls_of(const OperationTraffic& operation) {
  std::vector<SqlStepCall> calls;
  for (const auto& step : operation.steps) {
    const auto* plain = std::get_if<PlainStep>(&step);
    const PlannedCall& call = plain ? plain->call : std::get<CacheStep>(step).query;
    if (call.server == Server::postgres) {
      calls.push_back({operation.call_names[call.slot], call.index});
    }
  }
  return calls;
}

// The parameters with which the operation's first requests make the call, in their order; or a
// job's first batches.
std::vector<ParameterSet> first_parameters(const Traffic& traffic, size_t operation,
                                           const SqlCall& statement) {
  std::vector<ParameterSet> all;
  Request request;
  for (size_t job = 0; job < traffic.jobs().size(); ++job) {
    if (traffic.jobs()[job].operation != operation) continue;
    const uint32_t batches = std::min(traffic.jobs()[job].batches, kPlannedBatches);
    for (uint32_t batch = 1; batch <= batches; ++batch) {
      traffic.make_batch(job, 0, batch, Nanoseconds(0), request);
      ParameterSet& parameters = all.emplace_back();
      for (size_t draw : statement.parameters) parameters.emplace_back(request.values[draw]);
    }
    return all;
  }
  for (uint64_t number = 0; number < kLongestSearch && all.size() < kWeighed; ++number) {
    if (!traffic.make_in_any_phase(number, operation, request)) continue;
    ParameterSet& parameters = all.emplace_back();
    for (size_t draw : statement.parameters) parameters.emplace_back(request.values[draw]);
  }
  return all;
}

// The first distinct ones, each with how many of all it stands for.
std::vector<std::pair<ParameterSet, int64_t>> weighed(const std::vector<ParameterSet>& all) {
  std::vector<std::pair<ParameterSet, int64_t>> sets;
  for (const ParameterSet& parameters : all) {
    const auto found = std::find_if(sets.begin(), sets.end(),
                                    [&](const auto& set) { return set.first == parameters; });
    if (found != sets.end()) {
      ++found->second;
    } else if (sets.size() < kPlansPerStep) {
      sets.emplace_back(parameters, 1);
    }
  }
  return sets;
}

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
  for (const auto& [parameters, requests] : weighed(all)) {
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
  for (size_t operation = 0; operation < traffic.operations().size(); ++operation) {
    const OperationTraffic& described = traffic.operations()[operation];
    for (const SqlStepCall& call : sql_calls_of(described)) {
      const SqlCall& statement = traffic.sql_calls()[call.index];
      const auto all = first_parameters(traffic, operation, statement);
      for (Plan& plan : capture(postgres, described.name, call, statement, all, ways)) {
        plans.push_back(std::move(plan));
      }
    }
  }
  return plans;
}

}  // namespace tare
