// A map difference as JSON: part of experiment.json, and what `tare plans diff --format json` says.
// Level: plans. Pure functions; safe from any thread. Schema: results/experiment.schema.json.
#pragma once

#include <string>
#include <string_view>

#include "tools/plans/map_difference.h"

namespace tare {

std::string map_difference_to_json(const MapDifference& difference);

// What map_difference_to_json gave; `text` has been checked against its schema.
MapDifference map_difference_from_json(std::string_view text);

}  // namespace tare
