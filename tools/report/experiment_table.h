// One experiment as text: what `tare ab` ends on and `tare show` prints.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"
#include "tools/report/style.h"

namespace tare {

// `folder` is where the evidence is; `next` are commands to try, one a line, may be empty. Ends
// with a line break.
std::string experiment_table(const Experiment& experiment, const std::string& folder,
                             const std::vector<std::string>& next, const Style& style);

// Its table, cell by cell, the titles first: operation, metric, before, after, change, verdict.
std::vector<std::vector<std::string>> comparison_cells(const Comparison& comparison,
                                                       const Style& style);

// The last word alone: "No gating row is worse; every expectation is met. (exit code 0)"
std::string verdict_sentence(const Experiment& experiment);

}  // namespace tare
