// What was observed, as a part of result.json. Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/observed.h"

namespace tare {

// One JSON object.
std::string observed_to_json(const Observed& observed);

// The other way, of an object that the result's schema has been checked with. Throws
// std::exception when it is not of that form after all.
Observed observed_from_json(std::string_view text);

}  // namespace tare
