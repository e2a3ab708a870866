// Plan maps, and what became of them, for people.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "bench/model/plan_map.h"
#include "tools/plans/map_difference.h"
#include "tools/report/style.h"

namespace tare {

// A paragraph for each query, its plans by their share of calls. Ends with a line break.
std::string plan_map_table(const PlanMap& map, const Style& style);
std::string plan_map_markdown(const PlanMap& map);

// What differs, the most work first; one line when nothing does. Ends with a line break. `asked`:
// only plans that the load's own parameters get, and how much is left out.
enum class MapDetail { whole, asked };
std::string map_difference_table(const MapDifference& difference, MapDetail detail,
                                 const Style& style);
std::string map_difference_markdown(const MapDifference& difference, MapDetail detail);

}  // namespace tare
