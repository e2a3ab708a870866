// What the load's connections told of their prepared statements, step by step, and what is to be
// said about it.
// Level: experiment. Pure functions on what the load left; asks no server.
#pragma once

#include <optional>

#include "bench/engine/run_load.h"
#include "bench/model/session_plans.h"

namespace tare {

// nullopt: the scenario has no statement with parameters, or another protocol than prepared: then
// every execution is planned for its values.
std::optional<SessionPlans> review_plan_use(const Scenario& scenario, const Traffic& traffic,
                                            const LoadOutcome& outcome);

}  // namespace tare
