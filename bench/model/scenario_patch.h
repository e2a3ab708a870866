// What a change does to the scenario: other queries, steps, draws or cache rules, as the new code
// would have them, and how it sends its statements.
// Level: model. A pure function.
#pragma once

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"

namespace tare {

// Puts the patch onto a scenario's document, by the rules of JSON Merge Patch (RFC 7396): objects
// are merged, null removes a member, everything else replaces. Cache rules, a list in the scenario,
// stand in the patch under their names. Only operations that the scenario has can be patched (a new
// one would have no share of the mix); `problems` are the change file's.
void apply_patch(JsonValue& document, const JsonValue& patch, ProblemList& problems);

// Where a place of the patched document stands in the change file: "/cache_rules/0/ttl_s" is
// "/scenario/cache_rules/post page/ttl_s".
std::string place_in_patch(const JsonValue& document, const std::string& pointer);

}  // namespace tare
