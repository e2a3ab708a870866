#include "bench/model/plan_map_file.h"

#include <nlohmann/json.hpp>

#include "bench/model/plan_values_json.h"
#include "bench/model/result_file.h"
#include "bench/model/result_file_schema.h"
#include "embedded/plan_map_schema.h"

namespace tare {
namespace {

using nlohmann::ordered_json;  // EXPLAIN's keys are read by people, in PostgreSQL's order

void set_if(ordered_json& out, const char* name, const std::optional<double>& value) {
  if (value) out[name] = *value;
}

std::optional<double> number_if(const ordered_json& value, const char* name) {
  const auto found = value.find(name);
  return found == value.end() ? std::nullopt : std::optional<double>(found->get<double>());
}

ordered_json written(const RowEstimate& estimate);
ordered_json written(const MapPoint& point);
ordered_json written(const MeasuredPoint& point);
ordered_json written(const PlanClass& each);
ordered_json written(const PlanBoundary& each);
ordered_json written(const ParameterColumn& each);
ordered_json written(const QueryMap& query);

template <class Value>
ordered_json written_all(const std::vector<Value>& values) {
  ordered_json out = ordered_json::array();
  for (const Value& each : values) out.push_back(written(each));
  return out;
}

ordered_json written(const RowEstimate& estimate) {
  return {{"node", estimate.node},
          {"estimated", estimate.estimated},
          {"lowest", estimate.lowest},
          {"highest", estimate.highest},
          {"factor", estimate.factor}};
}

ordered_json written(const MapPoint& point) {
  ordered_json out;
  out["parameters"] = ordered_json::parse(parameters_to_json(point.parameters));
  out["origin"] = point.origin;
  out["share"] = point.share;
  set_if(out, "selectivity", point.selectivity);
  out["plan"] = point.plan;
  if (!point.error.empty()) out["error"] = point.error;
  return out;
}

ordered_json written_explain(const std::string& text) {
  if (nested_too_deep(text)) return ordered_json::array();
  ordered_json explain = ordered_json::parse(text, nullptr, false);
  return explain.is_array() ? explain : ordered_json::array();
}

ordered_json written(const MeasuredPoint& point) {
  ordered_json out;
  out["parameters"] = ordered_json::parse(parameters_to_json(point.parameters));
  out["plan"] = point.plan;
  out["work"] = ordered_json::parse(work_to_json(point.work));
  out["estimates"] = written_all(point.estimates);
  out["explain"] = written_explain(point.explain_json);
  if (point.generic_work) {
    out["generic"] = {{"work", ordered_json::parse(work_to_json(*point.generic_work))},
                      {"explain", written_explain(point.generic_json)}};
  }
  return out;
}

ordered_json written(const PlanClass& each) {
  ordered_json out = {{"shape", each.shape},     {"plan", each.plan},   {"access", each.access},
                      {"summary", each.summary}, {"share", each.share}, {"points", each.points}};
  set_if(out, "lowest_selectivity", each.lowest_selectivity);
  set_if(out, "highest_selectivity", each.highest_selectivity);
  out["example"] = ordered_json::parse(parameters_to_json(each.example));
  set_if(out, "margin", each.margin);
  if (each.margin) out["next_best"] = each.next_best;
  if (each.margin) out["next_best_plan"] = each.next_best_plan;
  return out;
}

ordered_json written(const PlanBoundary& each) {
  return {{"parameter", each.parameter},   {"column", each.column},    {"below", each.below},
          {"above", each.above},           {"from", each.from},        {"to", each.to},
          {"from_value", each.from_value}, {"to_value", each.to_value}};
}

ordered_json written(const ParameterColumn& each) {
  return {{"parameter", each.parameter},
          {"schema", each.schema},
          {"table", each.table},
          {"column", each.column},
          {"comparison", each.comparison}};
}

ordered_json written(const QueryMap& query) {
  ordered_json out;
  out["operation"] = query.operation;
  out["step"] = query.step;
  out["sql"] = query.sql;
  out["fingerprint"] = query.fingerprint;
  out["share"] = query.share;
  out["columns"] = written_all(query.columns);
  out["points"] = written_all(query.points);
  out["classes"] = written_all(query.classes);
  out["boundaries"] = written_all(query.boundaries);
  out["measured"] = written_all(query.measured);
  out["generic_plan"] = query.generic_plan;
  out["generic_summary"] = query.generic_summary;
  out["switches"] = query.switches;
  out["generic_share"] = query.generic_share;
  out["notes"] = query.notes;
  return out;
}

PlanClass class_in(const ordered_json& value) {
  PlanClass out;
  out.shape = value.at("shape");
  out.plan = value.at("plan");
  out.access = value.at("access");
  out.summary = value.at("summary");
  out.share = value.at("share");
  out.points = value.at("points");
  out.lowest_selectivity = number_if(value, "lowest_selectivity");
  out.highest_selectivity = number_if(value, "highest_selectivity");
  out.example = parameters_from_json(value.at("example").dump());
  out.margin = number_if(value, "margin");
  out.next_best = value.value("next_best", "");
  out.next_best_plan = value.value("next_best_plan", "");
  return out;
}

MeasuredPoint measured_in(const ordered_json& value) {
  MeasuredPoint point;
  point.parameters = parameters_from_json(value.at("parameters").dump());
  point.plan = value.at("plan");
  point.work = work_from_json(value.at("work").dump());
  point.explain_json = value.at("explain").dump();
  if (const auto generic = value.find("generic"); generic != value.end()) {
    point.generic_work = work_from_json(generic->at("work").dump());
    point.generic_json = generic->at("explain").dump();
  }
  for (const ordered_json& each : value.at("estimates")) {
    point.estimates.push_back({each.at("node"), each.at("estimated"), each.at("lowest"),
                               each.at("highest"), each.at("factor")});
  }
  return point;
}

QueryMap query_in(const ordered_json& value) {
  QueryMap query;
  query.operation = value.at("operation");
  query.step = value.at("step");
  query.sql = value.at("sql");
  query.fingerprint = value.at("fingerprint");
  query.share = value.at("share");
  for (const ordered_json& each : value.at("columns")) {
    query.columns.push_back({each.at("parameter"), each.at("schema"), each.at("table"),
                             each.at("column"), each.at("comparison")});
  }
  for (const ordered_json& each : value.at("points")) {
    query.points.push_back({parameters_from_json(each.at("parameters").dump()), each.at("origin"),
                            each.at("share"), number_if(each, "selectivity"), each.at("plan"),
                            each.value("error", "")});
  }
  for (const ordered_json& each : value.at("classes")) query.classes.push_back(class_in(each));
  for (const ordered_json& each : value.at("boundaries")) {
    query.boundaries.push_back({each.at("parameter"), each.at("column"), each.at("below"),
                                each.at("above"), each.at("from"), each.at("to"),
                                each.at("from_value"), each.at("to_value")});
  }
  for (const ordered_json& each : value.at("measured")) query.measured.push_back(measured_in(each));
  query.generic_plan = value.at("generic_plan");
  query.generic_summary = value.at("generic_summary");
  query.switches = value.at("switches");
  query.generic_share = value.value("generic_share", query.switches ? 1.0 : 0.0);
  query.notes = value.at("notes").get<std::vector<std::string>>();
  return query;
}

}  // namespace

std::string plan_map_to_json(const PlanMap& map) {
  ordered_json out;
  out["schema_version"] = 1;
  out["scenario"] = map.scenario;
  out["state"] = map.state;
  out["taken_at"] = map.taken_at;
  out["postgres"] = map.postgres;
  out["queries"] = written_all(map.queries);
  out["notes"] = map.notes;
  std::string text = out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  require_writable(text, embedded::plan_map_schema, "plan_map.json");
  return text;
}

PlanMap plan_map_from_json(std::string_view text, const std::string& source_name) {
  require_valid(text, embedded::plan_map_schema, source_name);
  const ordered_json value = ordered_json::parse(text);
  PlanMap map;
  map.scenario = value.at("scenario");
  map.state = value.at("state");
  map.taken_at = value.at("taken_at");
  map.postgres = value.at("postgres");
  for (const ordered_json& each : value.at("queries")) map.queries.push_back(query_in(each));
  map.notes = value.at("notes").get<std::vector<std::string>>();
  return map;
}

void write_plan_map(const std::filesystem::path& file, const PlanMap& map) {
  write_whole_file(file, plan_map_to_json(map));
}

PlanMap read_plan_map(const std::filesystem::path& file) {
  return plan_map_from_json(read_whole_file(file), file.string());
}

}  // namespace tare
