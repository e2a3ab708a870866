// The kinds of plans of the load's sessions as a part of result.json.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/session_plans.h"

namespace tare {

// One JSON object. Bytes that are not UTF-8 become U+FFFD.
std::string session_plans_to_json(const SessionPlans& plans);

// The other way, of an object that the result's schema has been checked with. Throws
// std::exception when it is not of that form after all.
SessionPlans session_plans_from_json(std::string_view text);

}  // namespace tare
