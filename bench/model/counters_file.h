// counters.json: what the servers counted around a run's window. The format's page is
// results/README.md, its schema results/counters.schema.json.
// Level: model. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "bench/model/server_counters.h"

namespace tare {

std::string counters_to_json(const ServerCounters& counters);

// Throws FileProblems naming `source_name` and the place.
ServerCounters counters_from_json(std::string_view text, const std::string& source_name);

}  // namespace tare
