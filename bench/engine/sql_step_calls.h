// The SQL calls of a traffic, with the steps that make them.
// Level: engine. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/engine/traffic.h"

namespace tare {

// One SQL call of an operation.
struct SqlStepCall {
  size_t operation = 0;  // in Traffic::operations()
  size_t slot = 0;       // in that operation's call_names
  std::string name;      // of the step
  size_t index = 0;      // in Traffic::sql_calls()
  bool on_miss = false;  // asked only when the cache has no answer
};

// Of all operations, in their order and that of their steps.
std::vector<SqlStepCall> sql_step_calls(const Traffic& traffic);

}  // namespace tare
