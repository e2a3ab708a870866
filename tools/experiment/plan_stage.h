// The plans of both arms, before the pairs: which the change alters, for which parameters.
// Level: experiment. One thread; borrows the arms' workbenches; writes into the experiment's
// folder.
#pragma once

#include <filesystem>
#include <optional>

#include "bench/model/change.h"
#include "tools/compare/comparison.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/pairs.h"
#include "tools/plans/map_difference.h"

namespace tare {

// Takes the map of the baseline as it was prepared, then that of the contender with the change
// applied, asked with the same parameters, on the same servers where both arms can run there; and
// writes both into `folder`. Maps that are there already are read. What was executed for them is
// rolled back, and before each trial the data is made fresh. nullopt when no operation asks SQL, or
// the change is an injected slowdown.
// Throws as applying a change does.
std::optional<MapDifference> compare_plans_of(const AbArms& arms, const Change& change,
                                              const std::filesystem::path& folder,
                                              const Criteria& criteria, EventLog& log);

}  // namespace tare
