// plan_map.json: a plan map with PostgreSQL's own JSON inside. Schema:
// results/plan_map.schema.json. Level: model. Reads and writes files; no state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "bench/model/plan_map.h"

namespace tare {

// Throws std::invalid_argument naming the field when a number is NaN or infinite.
std::string plan_map_to_json(const PlanMap& map);

// Throws FileProblems naming `source_name` and the place.
PlanMap plan_map_from_json(std::string_view text, const std::string& source_name);

// Throws std::runtime_error naming the file when the disk refuses.
void write_plan_map(const std::filesystem::path& file, const PlanMap& map);

// Throws FileProblems as above, and when the file cannot be read.
PlanMap read_plan_map(const std::filesystem::path& file);

}  // namespace tare
