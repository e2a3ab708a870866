// What an experiment says besides its rows, in sentences that several reports share.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "tools/compare/experiment_file.h"

namespace tare {

// The last word alone: "Good: no gating row is worse; every expectation is met. (exit code 0)"
std::string verdict_sentence(const Experiment& experiment);

// "page response tm95 falls by at least 50 %".
std::string expectation_sentence(const ExpectationResult& expectation);

// "done; the schema equals the start", "failed" ...
std::string rollback_words(RollbackStatus status);

// "hit ratio 91 % -> 92 %; 12 keys of page:* cleared ..."; empty without a cache.
std::string cache_words(const Experiment& experiment);

}  // namespace tare
