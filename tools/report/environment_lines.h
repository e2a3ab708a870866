// Which groups of the environment the arms do not have alike, in lines.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"

namespace tare {

// "environment: differs in schema (declared), data (follows: ...); by chance: cache; same: ...",
// and a line for each group that a person allowed to differ, with what differs in it. Empty: an
// older tare's. No line breaks.
std::vector<std::string> environment_lines(const Experiment& experiment);

}  // namespace tare
