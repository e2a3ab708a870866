// note.md: the page about a change that somebody reads later, to inspect it, understand it and
// safely do it again. Level: report. A pure function; safe from any thread.
#pragma once

#include <optional>
#include <string>

#include "bench/model/change.h"
#include "bench/model/result.h"
#include "tools/compare/experiment_file.h"

namespace tare {

// Markdown. `baseline` and `contender` are what the arms of the first pair ran on. `files_touched`
// is git's summary of what was not committed; empty: nothing, or no repository. `index_review` is
// that of the first pair's baseline.
std::string experiment_note(const Experiment& experiment, const Change& change,
                            const Environment& baseline, const Environment& contender,
                            const std::string& files_touched,
                            const std::optional<IndexReview>& index_review = {});

}  // namespace tare
