// What a session has to tell when the load is over.
// Level: engine. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/engine/loop.h"
#include "bench/model/result.h"

namespace tare {

// How often a server ran a prepared statement on one connection, by the kind of its plan.
struct PlanUse {
  int64_t generic = 0;  // one plan for all parameters
  int64_t custom = 0;   // planned for these parameters

  friend bool operator==(const PlanUse&, const PlanUse&) = default;
};

// A plan that the server told while it ran, and how many like it.
struct PlanNotice {
  size_t index = 0;           // in Traffic::sql_calls()
  uint64_t number = 0;        // of the request: what it asks follows from this, ...
  Nanoseconds intended{};     // ... from when it was meant to start ...
  size_t operation = 0;       // ... and from what it is
  Nanoseconds service{};      // of its call, sent to done
  int64_t times = 1;          // it and those like it
  Nanoseconds service_sum{};  // of all of these
  std::string explain_json;   // with what it did
};

// Of the readers' connections one, the canary, may be told every so many plans; another one, which
// is the same without that, shows what it costs.
enum class SessionRole { plain, canary, control };

struct SessionReport {
  std::vector<PlanUse> plan_use = {};  // by Traffic::sql_calls(); empty: there is none to tell, or
  std::string plan_use_unknown = {};   // ... why it is not known

  SessionRole role = SessionRole::plain;
  std::vector<HistogramSummary> service_ns = {};  // by sql_calls(), ok ones; canary and control
  std::string auto_explain_off = {};              // of a canary: why it tells no plans
  std::vector<PlanNotice> ran = {};               // those that are unlike, in their order
  int64_t plans_told = 0;
  int64_t plans_too_long = 0, plans_left_out = 0;  // of them
};

}  // namespace tare
