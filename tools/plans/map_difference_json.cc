#include "tools/plans/map_difference_json.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace tare {
namespace {

using nlohmann::json;

json written(const Parameters& parameters) {
  json out = json::array();
  for (const auto& each : parameters) out.push_back(each ? json(*each) : json());
  return out;
}

Parameters parameters_in(const json& value) {
  Parameters parameters;
  for (const json& each : value) {
    parameters.push_back(each.is_null() ? std::nullopt
                                        : std::optional<std::string>(each.get<std::string>()));
  }
  return parameters;
}

json written(const WorkVector& work) {
  return {{"logical_reads", work.logical_reads},
          {"temp_blocks", work.temp_blocks},
          {"rows", work.rows},
          {"rows_returned", work.rows_returned},
          {"wal_bytes", work.wal_bytes},
          {"planning_blocks", work.planning_blocks}};
}

std::optional<WorkVector> work_in(const json& value, const char* name) {
  const auto found = value.find(name);
  if (found == value.end()) return std::nullopt;
  return WorkVector{found->at("logical_reads"), found->at("temp_blocks"),
                    found->at("rows"),          found->at("rows_returned"),
                    found->at("wal_bytes"),     found->at("planning_blocks")};
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
              {"example", written(each.example)},
              {"verdict", to_text(each.verdict)},
              {"words", each.words},
              {"coin_flip", each.coin_flip},
              {"generic", each.generic}};
  if (each.before_work) out["before_work"] = written(*each.before_work);
  if (each.after_work) out["after_work"] = written(*each.after_work);
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
  out.example = parameters_in(value.at("example"));
  out.verdict = verdict_in(value.at("verdict"));
  out.words = value.at("words");
  out.coin_flip = value.at("coin_flip");
  out.generic = value.at("generic");
  out.before_work = work_in(value, "before_work");
  out.after_work = work_in(value, "after_work");
  out.before_margin = number_if(value, "before_margin");
  out.after_margin = number_if(value, "after_margin");
  return out;
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
    out["queries"].push_back({{"operation", query.operation},
                              {"step", query.step},
                              {"share", query.share},
                              {"other_sql", query.other_sql},
                              {"transitions", transitions},
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
    query.boundaries = each.at("boundaries").get<std::vector<std::string>>();
    query.notes = each.at("notes").get<std::vector<std::string>>();
    out.queries.push_back(std::move(query));
  }
  return out;
}

}  // namespace tare
