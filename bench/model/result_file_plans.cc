// plans.json: the plans of a run with PostgreSQL's own JSON inside.
#include <nlohmann/json.hpp>

#include "bench/model/problem.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/plans_schema.h"

namespace tare {
namespace {

using nlohmann::ordered_json;  // EXPLAIN's keys are read by people, in PostgreSQL's order

void write_kind(PlanKind kind, ordered_json& out) {
  if (kind == PlanKind::unknown) return;
  out["kind"] = kind == PlanKind::generic ? "generic" : "custom";
}

PlanKind read_kind(const ordered_json& value) {
  const auto kind = value.find("kind");
  if (kind == value.end()) return PlanKind::unknown;
  return *kind == "generic" ? PlanKind::generic : PlanKind::custom;
}

// Returns what is wrong with it; empty when it is written.
std::string write_explain(const std::string& explain_json, ordered_json& out) {
  if (nested_too_deep(explain_json)) return "EXPLAIN's answer is nested too deep to be kept";
  ordered_json explain = ordered_json::parse(explain_json, nullptr, false);
  if (!explain.is_array()) return "EXPLAIN's answer is not a JSON array";
  out["explain"] = std::move(explain);
  return "";
}

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
  write_kind(plan.kind, out);
  if (!plan.custom_shape.empty()) {
    out["custom"] = {{"shape", plan.custom_shape}, {"summary", plan.custom_summary}};
  }
  if (plan.explain_json.empty()) return out;
  const std::string wrong = write_explain(plan.explain_json, out);
  if (!wrong.empty() && plan.error.empty()) out["error"] = wrong;
  return out;
}

ordered_json written(const RanPlan& plan) {
  ordered_json out;
  out["operation"] = plan.operation;
  out["step"] = plan.step;
  out["parameters"] = plan.parameters;
  out["service_ns"] = plan.service_ns;
  out["times"] = plan.times;
  out["mean_service_ns"] = plan.mean_service_ns;
  write_kind(plan.kind, out);
  out["shape"] = plan.shape;
  out["summary"] = plan.summary;
  out["blocks"] = plan.blocks;
  out["rows"] = plan.rows;
  write_explain(plan.explain_json, out);  // what is wrong with it was found when it was told
  return out;
}

RanPlan read_ran_plan(const ordered_json& value) {
  RanPlan plan;
  value.at("operation").get_to(plan.operation);
  value.at("step").get_to(plan.step);
  value.at("parameters").get_to(plan.parameters);
  value.at("service_ns").get_to(plan.service_ns);
  value.at("times").get_to(plan.times);
  value.at("mean_service_ns").get_to(plan.mean_service_ns);
  plan.kind = read_kind(value);
  value.at("shape").get_to(plan.shape);
  value.at("summary").get_to(plan.summary);
  value.at("blocks").get_to(plan.blocks);
  value.at("rows").get_to(plan.rows);
  if (value.contains("explain")) plan.explain_json = value.at("explain").dump();
  return plan;
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
  plan.kind = read_kind(value);
  if (const auto custom = value.find("custom"); custom != value.end()) {
    plan.custom_shape = custom->at("shape").get<std::string>();
    plan.custom_summary = custom->at("summary").get<std::string>();
  }
  if (value.contains("explain")) plan.explain_json = value.at("explain").dump();
  return plan;
}

}  // namespace

std::string plans_to_json(const std::vector<Plan>& plans, const std::vector<RanPlan>& ran) {
  ordered_json out;
  out["schema_version"] = 1;
  out["plans"] = ordered_json::array();
  for (const Plan& plan : plans) out["plans"].push_back(written(plan));
  if (!ran.empty()) out["ran"] = ordered_json::array();
  for (const RanPlan& plan : ran) out["ran"].push_back(written(plan));
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

std::vector<RanPlan> ran_plans_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::plans_schema, source_name);
  std::vector<RanPlan> plans;
  const ordered_json document = ordered_json::parse(text);
  if (!document.contains("ran")) return plans;
  for (const ordered_json& value : document.at("ran")) plans.push_back(read_ran_plan(value));
  return plans;
}

}  // namespace tare
