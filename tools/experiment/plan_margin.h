// How far a plan is from giving way to another.
// Level: experiment. Plans only; nothing is executed.
#pragma once

#include <optional>
#include <string>

#include "tools/experiment/planner.h"
#include "tools/plans/fingerprint.h"
#include "tools/plans/plan_tree.h"

namespace tare {

struct NextBest {
  double margin = 0;  // its cost over that of the chosen plan, less 1: 0.1 = 10 % dearer
  std::string words;  // what it is
  std::string plan;   // F1
};

// Each method of the plan is forbidden in turn (enable_seqscan = off ...), and the cheapest other
// plan counts. nullopt: there is none. Throws SqlError when PostgreSQL refuses.
std::optional<NextBest> next_best_plan(Planner& planner, const Parameters& parameters,
                                       const PlanTree& chosen, const PartitionRoots& roots);

}  // namespace tare
