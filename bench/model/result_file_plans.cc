// plans.json: the plans of a run with PostgreSQL's own JSON inside.
#include <nlohmann/json.hpp>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/plans_schema.h"

namespace tare {
namespace {

using nlohmann::ordered_json;  // EXPLAIN's keys are read by people, in PostgreSQL's order

ordered_json written(const Plan& plan) {
  ordered_json out;
  out["operation"] = plan.operation;
  out["step"] = plan.step;
  out["sql"] = plan.sql;
  out["parameters"] = plan.parameters;
  out["requests"] = plan.requests;
  out["shape"] = plan.shape;
  out["summary"] = plan.summary;
  out["blocks"] = plan.blocks;
  out["rows"] = plan.rows;
  out["error"] = plan.error;
  if (plan.kind != PlanKind::unknown) {
    out["kind"] = plan.kind == PlanKind::generic ? "generic" : "custom";
  }
  if (!plan.custom_shape.empty()) {
    out["custom"] = {{"shape", plan.custom_shape}, {"summary", plan.custom_summary}};
  }
  if (plan.explain_json.empty()) return out;
  if (nested_too_deep(plan.explain_json)) {
    out["error"] = "EXPLAIN's answer is nested too deep to be kept";
    return out;
  }
  ordered_json explain = ordered_json::parse(plan.explain_json, nullptr, false);
  if (explain.is_array()) {
    out["explain"] = std::move(explain);
  } else if (plan.error.empty()) {
    out["error"] = "EXPLAIN's answer is not a JSON array";
  }
  return out;
}

Plan read_plan(const ordered_json& value) {
  Plan plan;
  plan.operation = value.at("operation").get<std::string>();
  plan.step = value.at("step").get<std::string>();
  plan.sql = value.at("sql").get<std::string>();
  plan.parameters = value.at("parameters").get<std::vector<std::string>>();
  plan.requests = value.value("requests", int64_t(1));
  plan.shape = value.at("shape").get<std::string>();
  plan.summary = value.at("summary").get<std::string>();
  plan.blocks = value.at("blocks").get<int64_t>();
  plan.rows = value.at("rows").get<int64_t>();
  plan.error = value.at("error").get<std::string>();
  if (const auto kind = value.find("kind"); kind != value.end()) {
    plan.kind = *kind == "generic" ? PlanKind::generic : PlanKind::custom;
  }
  if (const auto custom = value.find("custom"); custom != value.end()) {
    plan.custom_shape = custom->at("shape").get<std::string>();
    plan.custom_summary = custom->at("summary").get<std::string>();
  }
  if (value.contains("explain")) plan.explain_json = value.at("explain").dump();
  return plan;
}

}  // namespace

std::string plans_to_json(const std::vector<Plan>& plans) {
  ordered_json out;
  out["schema_version"] = 1;
  out["plans"] = ordered_json::array();
  for (const Plan& plan : plans) out["plans"].push_back(written(plan));
  std::string text = out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::plans_schema, "plans.json");
  return text;
}

std::vector<Plan> plans_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::plans_schema, source_name);
  std::vector<Plan> plans;
  const ordered_json document = ordered_json::parse(text);
  for (const ordered_json& value : document.at("plans")) plans.push_back(read_plan(value));
  return plans;
}

}  // namespace tare
