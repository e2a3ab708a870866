// The index review of a run as text.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>

#include "bench/model/index_review.h"
#include "tools/report/style.h"

namespace tare {

// Findings first, each with its evidence; then what they do not show; then the tables that the load
// touched and their indexes, at most 20 of each. Ends with a line break.
std::string index_review_table(const IndexReview& review, const Style& style);

// "unused", "sequential scans".
std::string finding_words(IndexFindingKind kind);

}  // namespace tare
