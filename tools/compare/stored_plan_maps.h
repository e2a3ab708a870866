// The plan maps that lie in an experiment's folder.
// Level: compare. Reads files; no state.
#pragma once

#include <filesystem>
#include <optional>

#include "tools/compare/comparison.h"
#include "tools/plans/map_difference.h"

namespace tare {

inline constexpr const char* kBaselineMap = "plan_map.baseline.json";
inline constexpr const char* kContenderMap = "plan_map.contender.json";

// What became of the plans; nullopt where one of the maps is missing. Throws FileProblems for a map
// that cannot be read.
std::optional<MapDifference> stored_map_difference(const std::filesystem::path& folder,
                                                   const Criteria& criteria);

// Those that are there, for whoever goes on with the experiment.
void copy_plan_maps(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace tare
