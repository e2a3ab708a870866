// One run as text: what `tare run` ends on and `tare show` prints.
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/result.h"
#include "tools/compare/comparison.h"
#include "tools/report/style.h"

namespace tare {

// `limits` as judge_limits gave them, may be empty; `folder` is where the files are; `next` are
// commands to try, one a line, may be empty. Ends with a line break.
std::string run_table(const Result& result, const std::vector<LimitResult>& limits,
                      const std::string& folder, const std::vector<std::string>& next,
                      const Style& style);

}  // namespace tare
