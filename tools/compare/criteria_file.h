// Criteria as JSON: the criteria.json of a run, the "criteria" of experiment.json.
// Level: compare. Reads files; no state. Schema: results/criteria.schema.json.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "tools/compare/comparison.h"

namespace tare {

// All but the levels, which follow from the looks of an experiment. Doubles come back to the last
// bit. Throws std::invalid_argument when a number is NaN or infinite.
std::string criteria_to_json(const Criteria& criteria);

// With the levels of a single look. Throws FileProblems naming `source_name` and the place.
Criteria criteria_from_json(std::string_view text, const std::string& source_name);

// Those in the folder of a run; none: an older tare's, or a trial of an experiment, which holds
// them itself. Throws FileProblems.
std::optional<Criteria> read_criteria(const std::filesystem::path& folder);

// Throws std::runtime_error when the disk refuses.
void write_criteria(const std::filesystem::path& folder, const Criteria& criteria);

}  // namespace tare
