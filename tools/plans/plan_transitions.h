// Which parameters of one query went from which plan to which.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/plan_map.h"
#include "tools/plans/map_difference.h"

namespace tare {

// What a map knows of these; null: nothing.
const MapPoint* find_point(const QueryMap& query, const Parameters& parameters);
const MeasuredPoint* find_measured(const QueryMap& query, const Parameters& parameters);
const PlanClass* find_class(const QueryMap& query, const std::string& plan);

// Whom of a session's executions a comparison is about.
enum class Executions {
  first,  // the first five, and all where sessions make a plan for each set of parameters
  later   // from the sixth on: of the generic plan, where sessions go over to it
};

// Those that differ in plan or in work past the limit, by parameters that both maps asked about;
// their number is added to `points`. Whether they count (`generic`, `sixth`) is left to the caller.
std::vector<PlanTransition> plan_transitions(const QueryMap& before, const QueryMap& after,
                                             const WorkLimit& limit, Executions of, int& points);

// Whether the map can tell of later executions: one of an older tare has executed no generic plan.
bool knows_later(const QueryMap& query);

}  // namespace tare
