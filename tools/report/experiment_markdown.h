// One experiment as Markdown, for GitHub's step summary or a comment on a pull request.
// Level: report. A pure function; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/experiment_file.h"

namespace tare {

// The verdict's sentence first, then the judged rows; shown rows are folded away. `folder` is where
// the evidence is; empty: not said. Bounded in length whatever the experiment holds.
std::string experiment_markdown(const Experiment& experiment, const std::string& folder);

}  // namespace tare
