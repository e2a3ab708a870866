// The plans that really ran: told by auto_explain on one connection of the load, its canary. Part
// of a result.
// Level: model. Plain values. Times in nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/plan.h"

namespace tare {

// One plan of one step, however often it was told.
struct RanPlan {
  std::string operation, step;
  std::vector<std::string> parameters;  // of the first request that it ran for
  int64_t service_ns = 0;               // of that request's call, sent to done
  int64_t times = 1;                    // told
  double mean_service_ns = 0;           // of all of them
  PlanKind kind = PlanKind::unknown;    // unknown: the step has no parameters
  std::string shape, summary;           // as in Plan
  int64_t blocks = 0, rows = 0;         // of the first one
  std::string explain_json;             // PostgreSQL's own JSON of the first one, an array

  friend bool operator==(const RanPlan&, const RanPlan&) = default;
};

// A step's service time (tm95) on the canary and on the control connection, which is the same
// without auto_explain.
struct CanaryStep {
  std::string operation, step;
  int64_t canary_calls = 0, control_calls = 0;  // ok ones
  double canary_ns = 0, control_ns = 0;

  friend bool operator==(const CanaryStep&, const CanaryStep&) = default;
};

struct AutoExplain {
  std::string off;         // why no plan was told; empty: it was on
  double sample_rate = 0;  // of the canary's statements, those whose plan is told
  int64_t told = 0;
  int64_t too_long = 0, left_out = 0;  // of them: not kept
  std::vector<CanaryStep> steps;       // that both connections ran, and planned alike
  // What the steps took longer on the canary, by their calls: 0.012 is 1.2 %. None: fewer than
  // 1,000 calls on one of them.
  std::optional<double> cost;

  friend bool operator==(const AutoExplain&, const AutoExplain&) = default;
};

}  // namespace tare
