// One experiment as JUnit XML, which every CI system shows as tests.
// Level: report. A pure function; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/experiment_file.h"

namespace tare {

// A test case for each judged row, limit and expectation, for the rollback, and for the experiment
// being valid. Regressed, broken and missed are failures, invalid is an error, inconclusive is
// skipped with what would settle it: so there are failures only with exit code 1 (or 3) and errors
// only with 3. When the experiment is invalid, what it judged is skipped.
std::string experiment_junit(const Experiment& experiment);

}  // namespace tare
