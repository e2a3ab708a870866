// A result whose figures no trial can have measured: its file was damaged or doctored.
// Level: compare. Pure function; safe from any thread.
#pragma once

#include <string>

#include "bench/model/result.h"

namespace tare {

// The first figure out of range, in words that name it ("operations.page.requests.ok is -1, ...");
// empty: none. Counts are not negative, times lie between nothing and 11 days, shares and rates
// are such, so that no ratio or difference of two of them is infinite.
std::string why_damaged(const Result& result);

}  // namespace tare
