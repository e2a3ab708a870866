// Takes a plan map: which plans the scenario's queries get, for which parameters, at what work.
// Level: experiment. Blocks; asks the planner often and executes a few parameter sets of each query
// in transactions that are rolled back; no state.
#pragma once

#include <functional>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/engine/traffic.h"
#include "bench/model/plan_map.h"
#include "bench/model/scenario.h"

namespace tare {

struct MapRequest {
  const Scenario& scenario;
  const Traffic& traffic;
  // A map whose parameters are asked again, so that both can be compared; null: none.
  const PlanMap* like = nullptr;
  std::string state = {};                                  // "baseline", "contender" or empty
  std::function<void(const std::string& query)> say = {};  // before each query
};

// What PostgreSQL refuses, and what may not be read, stands in the notes; the rest goes on. A query
// takes half a minute at most and the whole two and a half: what is left out then is noted. Throws
// ServerError, Interrupted.
PlanMap take_plan_map(PostgresControl& postgres, const MapRequest& request);

}  // namespace tare
