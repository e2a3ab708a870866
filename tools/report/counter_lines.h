// What the servers counted, in words: of one run, and what differs between two arms.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/server_counters.h"
#include "tools/compare/comparison.h"
#include "tools/report/style.h"

namespace tare {

// "public.comment: HOT updates 98 % -> 12 %", "wait events of author_page/posts: IO/DataFileRead
// 40 % -> 3 %", "public.post_author: scans 0 -> 412 per 1,000 requests".
std::vector<std::string> counter_change_lines(const std::vector<CounterChange>& changes);

// Each SQL step's statements and waits, and what could not be counted; a blank line after it.
// Empty when there is nothing to tell.
std::string counters_summary(const ServerCounters& counters, const Style& style);

// Everything that moved: value and per request, then levels, Redis' latencies and waits.
std::string counters_table(const ServerCounters& counters, const Style& style);

}  // namespace tare
