// One experiment as text: what `tare ab` ends on and `tare show` prints.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"
#include "tools/report/style.h"

namespace tare {

// Rows of at most 100 columns (names of operations are never cut), notes below them. `folder` is
// where the evidence is; `next` are commands to try, one a line, may be empty. Ends with a line
// break.
std::string experiment_table(const Experiment& experiment, const std::string& folder,
                             const std::vector<std::string>& next, const Style& style);

}  // namespace tare
