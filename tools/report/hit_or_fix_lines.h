// Hit or fix in lines: what a change of response time is made of, and whether it was the cache.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/compare/hit_or_fix.h"

namespace tare {

// Two lines at most for each operation about which there is something to say:
//   "of the change of view_post's response tm95 (-320 us): more hits -290 us, faster misses -30 us"
//   "view_post: faster, same work per miss, more hits: the cache"
// The first only where there is more than one part. No line breaks.
std::vector<std::string> hit_or_fix_lines(const std::vector<HitOrFix>& all);

}  // namespace tare
