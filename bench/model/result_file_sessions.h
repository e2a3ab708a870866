// What the load's sessions told of plans as parts of result.json.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/ran_plan.h"
#include "bench/model/session_plans.h"

namespace tare {

// One JSON object. Bytes that are not UTF-8 become U+FFFD.
std::string session_plans_to_json(const SessionPlans& plans);

// The other way, of an object that the result's schema has been checked with. Throws
// std::exception when it is not of that form after all.
SessionPlans session_plans_from_json(std::string_view text);

// The same of what the canary cost and was told; the plans themselves are in plans.json.
std::string auto_explain_to_json(const AutoExplain& told);
AutoExplain auto_explain_from_json(std::string_view text);

}  // namespace tare
