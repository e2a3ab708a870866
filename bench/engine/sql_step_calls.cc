#include "bench/engine/sql_step_calls.h"

#include <variant>

namespace tare {

std::vector<SqlStepCall> sql_step_calls(const Traffic& traffic) {
  std::vector<SqlStepCall> calls;
  for (size_t i = 0; i < traffic.operations().size(); ++i) {
    const OperationTraffic& operation = traffic.operations()[i];
    for (const auto& step : operation.steps) {
      const auto* plain = std::get_if<PlainStep>(&step);
      const PlannedCall& call = plain ? plain->call : std::get<CacheStep>(step).query;
      if (call.server != Server::postgres) continue;
      calls.push_back(
          {i, call.slot, operation.call_names[call.slot], call.index, plain == nullptr});
    }
  }
  return calls;
}

}  // namespace tare
