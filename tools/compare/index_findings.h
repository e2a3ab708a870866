// What an index review finds: rows with evidence.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <vector>

#include "bench/model/index_review.h"
#include "bench/model/plan.h"

namespace tare {

// A table is large from here on: fewer rows than 10,000, or 128 blocks, are read in about a
// millisecond.
inline constexpr int64_t kLargeTableBytes = 1 << 20;
inline constexpr int64_t kLargeTableRows = 10'000;
inline constexpr int64_t kFewestRowsAScan = 1'000;  // fewer: it stops early, as with a LIMIT

// Below this share of HOT updates an index gets a new entry for most of them. Fewer updates than
// these say nothing of a share.
inline constexpr double kLowHotShare = 0.5;
inline constexpr int64_t kFewestUpdates = 20;

// What comes once a minute, or more seldom, may not have come in a shorter run.
inline constexpr double kShortRunSeconds = 60;

// The findings of a review's tables, those with most bytes at stake first (read by the scans; kept
// in the index and written to the WAL for it), then what only looks as if it could go. `plans` are
// those of the same trial: they name the queries behind sequential scans. An index that backs the
// primary key is no finding for not being scanned.
std::vector<IndexFinding> index_findings(const IndexReview& review, const std::vector<Plan>& plans);

}  // namespace tare
