// Tainted pairs, and the baseline held against itself, in lines.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"
#include "tools/report/style.h"

namespace tare {

// "pair 2 (measured again): a checkpoint in ..." for each tainted pair. No line breaks.
std::vector<std::string> tainted_lines(const Experiment& experiment);

// Whose pairs a repeat has besides its own, in one line; empty when it is none.
std::string pooled_line(const Experiment& experiment);

// How far the metrics moved where nothing was changed, in one line; empty when nobody knows.
std::string null_line(const Comparison& comparison, const Style& style);

// What the arm that ran second has more by than the first, where it is most, in one line; empty
// when the pairs do not tell.
std::string order_line(const Comparison& comparison, const Style& style);

}  // namespace tare
