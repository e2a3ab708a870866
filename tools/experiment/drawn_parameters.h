// With which parameters a scenario's requests make their SQL calls.
// Level: experiment. Pure functions of the traffic.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "bench/engine/sql_step_calls.h"

namespace tare {

// The parameters with which the operation's first thousand requests make the call, in their order;
// or a job's first batches.
using DrawnParameters = std::vector<std::string>;
std::vector<DrawnParameters> first_parameters(const Traffic& traffic, const SqlStepCall& call);

// Distinct ones with how many of all they stand for: the `frequent` most frequent, then the first
// `others` of the rest, which stand for what is left out as well. The same on every machine.
std::vector<std::pair<DrawnParameters, int64_t>> weighed(const std::vector<DrawnParameters>& all,
                                                         size_t frequent, size_t others);

}  // namespace tare
