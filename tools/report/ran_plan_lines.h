// The plans that really ran, in lines.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/result.h"

namespace tare {

// Nothing of an older tare's, and no line breaks:
//   "auto_explain: 203 plans told (2 % of one connection's statements); the same steps take 312 us
//   there, 308 us on its control: +1.3 %"
//   "ran: by_status/count: Index Scan using invoice_status on invoice (generic), 87 times, mean
//   2.10 ms, 3,632 blocks, as for paid; EXPLAIN did not show it"
std::vector<std::string> ran_plan_lines(const Result& result);

}  // namespace tare
