// Two looks at counters and what lies between them.
// Level: drivers. Plain values and pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "bench/model/server_counters.h"

namespace tare {

// Counters of one source as they stood at one moment.
struct CounterLook {
  struct Value {
    std::string unit;
    int64_t value = 0;
  };
  std::string view;
  std::map<std::pair<std::string, std::string>, Value> values;  // by object and name
  // What must be the same in both looks, by what it means when it is not: "was reset".
  std::map<std::string, std::string> same;
  std::string missing;  // why there was nothing to be seen
};

// A counter that fell, or an object that was reset, evicted or of a server that began anew voids
// the whole source: half of a difference is none.
CounterSource counters_between(const std::string& name, CounterSpan covers,
                               const CounterLook& before, const CounterLook& after);

}  // namespace tare
