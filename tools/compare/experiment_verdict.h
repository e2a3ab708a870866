// An experiment in one word and the reasons for it: the top of experiment.json, of every report.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tools/compare/experiment_file.h"

namespace tare {

// The exit code as a word. 0: improved (a gating row is), equivalent (all of them are), else not
// worse; 1: regressed (a gating row is), else missed (a limit, an expectation, the rollback);
// 2: inconclusive; 3: invalid.
std::string overall_verdict(const Experiment& experiment);

// How a report calls a metric.
using MetricName = std::function<std::string(const std::string&)>;

// The row's metric as `name` says, and the path where the metric does not name it, and the step:
// "tm95, hit".
std::string named_metric(const Row& row, const MetricName& name);

// Why the exit code is not 0, the weightiest first: "page response_time_tm95 regressed". Empty for
// 0.
std::vector<std::string> reasons_of(const Experiment& experiment, const MetricName& name);

}  // namespace tare
