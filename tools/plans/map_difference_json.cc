#include "tools/plans/map_difference_json.h"

#include "bench/model/plan_values_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tare {
namespace {

using json = nlohmann::ordered_json;

std::optional<WorkVector> work_in(const json& value, const char* name) {
  const auto found = value.find(name);
  return found == value.end() ? std::nullopt : std::optional(work_from_json(found->dump()));
}

std::optional<double> number_if(const json& value, const char* name) {
  const auto found = value.find(name);
  return found == value.end() ? std::nullopt : std::optional<double>(found->get<double>());
}

WorkVerdict verdict_in(const std::string& text) {
  for (WorkVerdict verdict : {WorkVerdict::regressed, WorkVerdict::improved}) {
    if (to_text(verdict) == text) return verdict;
  }
  return WorkVerdict::same;
}

json written(const PlanTransition& each) {
  json out = {{"before", each.before},
              {"after", each.after},
              {"before_summary", each.before_summary},
              {"after_summary", each.after_summary},
              {"share", each.share},
              {"points", each.points},
              {"example", json::parse(parameters_to_json(each.example))},
              {"verdict", to_text(each.verdict)},
              {"words", each.words},
              {"coin_flip", each.coin_flip},
              {"generic", each.generic},
              {"sixth", each.sixth}};
  if (each.before_work) out["before_work"] = json::parse(work_to_json(*each.before_work));
  if (each.after_work) out["after_work"] = json::parse(work_to_json(*each.after_work));
  if (each.before_margin) out["before_margin"] = *each.before_margin;
  if (each.after_margin) out["after_margin"] = *each.after_margin;
  return out;
}

PlanTransition transition_in(const json& value) {
  PlanTransition out;
  out.before = value.at("before");
  out.after = value.at("after");
  out.before_summary = value.at("before_summary");
  out.after_summary = value.at("after_summary");
  out.share = value.at("share");
  out.points = value.at("points");
  out.example = parameters_from_json(value.at("example").dump());
  out.verdict = verdict_in(value.at("verdict"));
  out.words = value.at("words");
  out.coin_flip = value.at("coin_flip");
  out.generic = value.at("generic");
  out.sixth = value.value("sixth", false);
  out.before_work = work_in(value, "before_work");
  out.after_work = work_in(value, "after_work");
  out.before_margin = number_if(value, "before_margin");
  out.after_margin = number_if(value, "after_margin");
  return out;
}

json written(const Refusal& each) {
  return {{"error", each.error},
          {"share", each.share},
          {"points", each.points},
          {"example", json::parse(parameters_to_json(each.example))}};
}

Refusal refusal_in(const json& value) {
  return {value.at("error"), value.at("share"), value.at("points"),
          parameters_from_json(value.at("example").dump())};
}

}  // namespace

std::string map_difference_to_json(const MapDifference& difference) {
  json out = {{"compared", difference.compared},
              {"points", difference.points},
              {"limit", {{"share", difference.limit.share}, {"blocks", difference.limit.blocks}}},
              {"regressed", work_regressed(difference)},
              {"queries", json::array()}};
  for (const QueryDifference& query : difference.queries) {
    json transitions = json::array();
    for (const PlanTransition& each : query.transitions) transitions.push_back(written(each));
    json refusals = json::array();
    for (const Refusal& each : query.refusals) refusals.push_back(written(each));
    out["queries"].push_back({{"operation", query.operation},
                              {"step", query.step},
                              {"share", query.share},
                              {"other_sql", query.other_sql},
                              {"transitions", transitions},
                              {"refusals", refusals},
                              {"boundaries", query.boundaries},
                              {"notes", query.notes}});
  }
  return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

MapDifference map_difference_from_json(std::string_view text) {
  const json value = json::parse(text);
  MapDifference out;
  out.compared = value.at("compared");
  out.points = value.at("points");
  out.limit = {value.at("limit").at("share"), value.at("limit").at("blocks")};
  for (const json& each : value.at("queries")) {
    QueryDifference query;
    query.operation = each.at("operation");
    query.step = each.at("step");
    query.share = each.at("share");
    query.other_sql = each.at("other_sql");
    for (const json& one : each.at("transitions")) query.transitions.push_back(transition_in(one));
    if (const auto refusals = each.find("refusals"); refusals != each.end()) {
      for (const json& one : *refusals) query.refusals.push_back(refusal_in(one));
    }
    query.boundaries = each.at("boundaries").get<std::vector<std::string>>();
    query.notes = each.at("notes").get<std::vector<std::string>>();
    out.queries.push_back(std::move(query));
  }
  return out;
}

}  // namespace tare
