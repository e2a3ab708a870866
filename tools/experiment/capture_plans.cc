#include "tools/experiment/capture_plans.h"

#include <set>

#include "tools/compare/plan_shape.h"

namespace tare {
namespace {

constexpr uint64_t kLongestSearch = 100'000;  // requests looked at for each operation's first ones

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

Plan capture(PostgresControl& postgres, const std::string& operation, const SqlStepCall& call,
             const SqlCall& statement, const std::vector<std::string>& parameters) {
  Plan plan;
  plan.operation = operation;
  plan.step = call.name;
  plan.sql = statement.sql;
  plan.parameters = parameters;
  try {
    plan.explain_json = postgres.explain(statement.sql, parameters);
  } catch (const SqlError& error) {
    plan.error = to_text(error);
  }
  describe_plan(plan);
  return plan;
}

}  // namespace

std::vector<Plan> capture_plans(PostgresControl& postgres, const Traffic& traffic) {
  std::vector<Plan> plans;
  Request request;
  for (size_t operation = 0; operation < traffic.operations().size(); ++operation) {
    const OperationTraffic& described = traffic.operations()[operation];
    for (const SqlStepCall& call : sql_calls_of(described)) {
      const SqlCall& statement = traffic.sql_calls()[call.index];
      std::set<std::vector<std::string>> seen;
      for (uint64_t number = 0; number < kLongestSearch && seen.size() < kPlansPerStep; ++number) {
        traffic.make(number, Nanoseconds(0), request);
        if (request.operation != operation) continue;
        std::vector<std::string> parameters;
        for (size_t draw : statement.parameters) {
          parameters.emplace_back(request.values[draw]);
        }
        if (!seen.insert(parameters).second) continue;
        // A backend's first run of a statement also counts its reads of the catalogs.
        if (seen.size() == 1) capture(postgres, described.name, call, statement, parameters);
        plans.push_back(capture(postgres, described.name, call, statement, parameters));
      }
    }
  }
  return plans;
}

}  // namespace tare
