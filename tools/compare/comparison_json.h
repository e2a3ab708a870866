// A comparison as it stands in experiment.json.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/comparison.h"

namespace tare {

// One JSON object; experiment_file.h reads it.
std::string comparison_to_json(const Comparison& comparison);

}  // namespace tare
