// The environment's groups as a part of result.json. Level: model. Pure functions; safe from any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/environment_groups.h"

namespace tare {

// One JSON object: by group its digest and details. Bytes that are not UTF-8 become U+FFFD.
std::string groups_to_json(const EnvironmentGroups& groups);

// The other way, of an object that the result's schema has been checked with; the digests are not
// read, for they follow. Throws std::exception when it is not of that form after all.
EnvironmentGroups groups_from_json(std::string_view text);

}  // namespace tare
