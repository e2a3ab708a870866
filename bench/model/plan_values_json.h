// What plan maps and their differences have in common, as JSON. Level: model. Pure functions; safe
// from any thread. Reading throws nlohmann::json::exception when the form is another.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/model/plan_map.h"

namespace tare {

// An array of texts; null is NULL.
nlohmann::ordered_json parameters_to_json(const Parameters& parameters);
Parameters parameters_from_json(const nlohmann::ordered_json& value);

nlohmann::ordered_json work_to_json(const WorkVector& work);
WorkVector work_from_json(const nlohmann::ordered_json& value);

}  // namespace tare
