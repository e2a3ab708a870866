// What plan maps and their differences have in common, as JSON texts. Level: model. Pure functions;
// safe from any thread. Reading throws std::exception when the form is another.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/plan_map.h"

namespace tare {

// An array of texts; null is NULL. Bytes that are not UTF-8 become U+FFFD.
std::string parameters_to_json(const Parameters& parameters);
Parameters parameters_from_json(std::string_view text);

std::string work_to_json(const WorkVector& work);
WorkVector work_from_json(std::string_view text);

}  // namespace tare
