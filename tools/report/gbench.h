// An experiment's trials as JSON of Google Benchmark, for its compare.py and for services that keep
// a history. Fields as those tools read them:
// https://github.com/google/benchmark/blob/main/docs/tools.md
// Level: report. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/result.h"

namespace tare {

// The trials of both arms, in their order. Plans are not needed.
struct TrialsOfArms {
  std::vector<Result> baseline, contender;
};

// One file for each arm, with the same names in both: compare.py takes two files.
struct GbenchFiles {
  std::string baseline, contender;
};

// One row per trial and time, named "operation/metric/real_time", or with the path between the two;
// rows of one name are repetitions. `real_time` is the metric in ns, `cpu_time` the generator's CPU
// per request (`real_time` where it is not known), `iterations` the requests. Only what every trial
// of both arms has, at least 10 requests beyond a quantile included. No number is NaN, infinite or
// 0.
GbenchFiles gbench_files(const TrialsOfArms& trials);

// One row per name: the median over the contender's trials, for tools that take the first of a
// name.
std::string gbench_medians(const TrialsOfArms& trials);

}  // namespace tare
