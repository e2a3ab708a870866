// How a cache is warmed before the trials: the scenario's cached operations, other requests than
// those that are measured, in rounds until the hit ratio is steady.
// Level: experiment. Pure functions and a small value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/result.h"
#include "bench/model/scenario.h"

namespace tare {

// The load of one round; nullopt when no operation uses the cache. Its seed differs from the
// scenario's, so that the measured requests are not the very ones the cache has seen. Requests
// beyond what the servers can take are dropped.
std::optional<Scenario> warming_scenario(const Scenario& scenario);

// Hits among hits and misses; 0 when there were none.
double hit_ratio(const std::map<std::string, OperationResult>& operations);

class WarmingRounds {
 public:
  static constexpr int kMost = 12;
  static constexpr double kSteady = 0.005;     // change of the hit ratio from one round to the next
  static constexpr double kLeastRatio = 0.01;  // a cache that has hardly begun changes little, too

  void add(double ratio) { ratios_.push_back(ratio); }
  int count() const { return int(ratios_.size()); }
  bool done() const { return steady() || count() == kMost; }
  std::optional<std::string> warning() const;  // when the bound was met first

 private:
  bool steady() const;

  std::vector<double> ratios_;
};

}  // namespace tare
