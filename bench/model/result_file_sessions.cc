#include "bench/model/result_file_sessions.h"

#include <nlohmann/json.hpp>

namespace tare {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

ordered_json written(const StepPlanUse& step) {
  return {{"operation", step.operation},
          {"step", step.step},
          {"connections", step.connections},
          {"generic", step.generic},
          {"undecided", step.undecided},
          {"generic_executions", step.generic_executions},
          {"custom_executions", step.custom_executions},
          {"warmup_executions", step.warmup_executions}};
}

StepPlanUse read_step(const json& value) {
  StepPlanUse step;
  value.at("operation").get_to(step.operation);
  value.at("step").get_to(step.step);
  value.at("connections").get_to(step.connections);
  value.at("generic").get_to(step.generic);
  value.at("undecided").get_to(step.undecided);
  value.at("generic_executions").get_to(step.generic_executions);
  value.at("custom_executions").get_to(step.custom_executions);
  value.at("warmup_executions").get_to(step.warmup_executions);
  return step;
}

}  // namespace

std::string session_plans_to_json(const SessionPlans& plans) {
  ordered_json out;
  out["connections"] = plans.connections;
  out["unknown"] = plans.unknown;
  out["steps"] = ordered_json::array();
  for (const StepPlanUse& step : plans.steps) out["steps"].push_back(written(step));
  out["findings"] = plans.findings;
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

SessionPlans session_plans_from_json(std::string_view text) {
  const json value = json::parse(text);
  SessionPlans plans;
  value.at("connections").get_to(plans.connections);
  value.at("unknown").get_to(plans.unknown);
  for (const json& step : value.at("steps")) plans.steps.push_back(read_step(step));
  value.at("findings").get_to(plans.findings);
  return plans;
}

std::string auto_explain_to_json(const AutoExplain& told) {
  ordered_json out;
  out["off"] = told.off;
  out["sample_rate"] = told.sample_rate;
  out["told"] = told.told;
  out["too_long"] = told.too_long;
  out["left_out"] = told.left_out;
  out["steps"] = ordered_json::array();
  for (const CanaryStep& step : told.steps) {
    out["steps"].push_back({{"operation", step.operation},
                            {"step", step.step},
                            {"canary_calls", step.canary_calls},
                            {"control_calls", step.control_calls},
                            {"canary_ns", step.canary_ns},
                            {"control_ns", step.control_ns}});
  }
  if (told.cost) out["cost"] = *told.cost;
  return out.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

AutoExplain auto_explain_from_json(std::string_view text) {
  const json value = json::parse(text);
  AutoExplain told;
  value.at("off").get_to(told.off);
  value.at("sample_rate").get_to(told.sample_rate);
  value.at("told").get_to(told.told);
  value.at("too_long").get_to(told.too_long);
  value.at("left_out").get_to(told.left_out);
  for (const json& each : value.at("steps")) {
    told.steps.push_back(
        {each.at("operation").get<std::string>(), each.at("step").get<std::string>(),
         each.at("canary_calls").get<int64_t>(), each.at("control_calls").get<int64_t>(),
         each.at("canary_ns").get<double>(), each.at("control_ns").get<double>()});
  }
  if (const auto cost = value.find("cost"); cost != value.end()) told.cost = cost->get<double>();
  return told;
}

}  // namespace tare
