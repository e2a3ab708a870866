// With which kind of plan the load's own connections ran their prepared statements. Part of a
// result.
// Level: model. Plain values. Counted since each connection was opened: warm-up and window.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tare {

// One statement with parameters. A connection plans its first five executions for their values;
// from the sixth on it takes one generic plan for all, as soon as that seems no dearer than the
// custom ones were on the average, planning them included.
struct StepPlanUse {
  std::string operation, step;
  int64_t connections = 0;  // that ran it
  int64_t generic = 0;      // of them: went over to the generic plan
  int64_t undecided = 0;    // of them: ran it too rarely to choose
  int64_t generic_executions = 0, custom_executions = 0;
  int64_t warmup_executions = 0;  // of them all: readers' in the warm-up

  int64_t custom() const { return connections - generic - undecided; }  // chose to stay
  int64_t executions() const { return generic_executions + custom_executions; }
  friend bool operator==(const StepPlanUse&, const StepPlanUse&) = default;
};

struct SessionPlans {
  int64_t connections = 0;         // that told
  std::string unknown;             // why others did not; empty: all of them told
  std::vector<StepPlanUse> steps;  // in the scenario's order
  std::vector<std::string> findings;

  friend bool operator==(const SessionPlans&, const SessionPlans&) = default;
};

}  // namespace tare
