// What the canary connection was told of the plans that ran, for the result; and how often it is
// told.
// Level: experiment. Functions of values; ask no server.
#pragma once

#include <optional>
#include <vector>

#include "bench/drivers/canary.h"
#include "bench/engine/run_load.h"
#include "bench/model/ran_plan.h"
#include "tools/plans/fingerprint.h"

namespace tare {

// Of the statements on the canary, the share whose plan is told: for some hundred plans of a run,
// and never so often that the load as a whole would feel it.
double canary_sample_rate(const Scenario& scenario);

// What a connection of the load is. The canary and its control are two of one worker's readers, so
// that they are asked alike; a worker with fewer than three connections has neither.
CanaryOptions canary_options(const Scenario& scenario, const SessionPlace& place);

struct RanPlans {
  AutoExplain review;
  std::vector<RanPlan> plans;  // in the order of operations and steps, the most frequent first
};

// nullopt: the scenario wants none, or has no SQL.
std::optional<RanPlans> review_ran_plans(const Scenario& scenario, const Traffic& traffic,
                                         const LoadOutcome& outcome, const PartitionRoots& roots);

}  // namespace tare
