#include "tools/experiment/cache_warming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "bench/engine/schedule.h"
#include "bench/model/random.h"

namespace tare {
namespace {

constexpr uint64_t kOtherSeed = 0x7761726d;            // "warm"
constexpr double kFaster = 20;                         // than the scenario's own rate ...
constexpr double kLeastRate = 2000, kMostRate = 5000;  // ... within these
constexpr std::chrono::milliseconds kRound{1500};

bool uses_cache(const Operation& operation) {
  return std::any_of(operation.steps.begin(), operation.steps.end(),
                     [](const Step& step) { return std::holds_alternative<CachedStep>(step); });
}

}  // namespace

std::optional<Scenario> warming_scenario(const Scenario& scenario) {
  Scenario warming = scenario;
  Load& load = warming.load;
  load.mix = expected_shares(load, Nanoseconds(0), load.warmup + load.measure);
  for (size_t i = 0; i < warming.operations.size(); ++i) {
    if (!uses_cache(warming.operations[i])) load.mix[i] = 0;
  }
  const double cached = std::accumulate(load.mix.begin(), load.mix.end(), 0.0);
  if (cached == 0) return std::nullopt;
  warming.seed = mix_bits(scenario.seed ^ kOtherSeed);
  const double rate =
      std::clamp(kFaster * load.arrivals.rate_per_s * cached, kLeastRate, kMostRate);
  load.arrivals = {ArrivalKind::poisson, rate};
  load.phases.clear();
  load.jobs.clear();
  load.auto_explain = false;
  load.warmup = Nanoseconds(0);
  load.measure = kRound;
  load.max_queued = 8 * (load.postgres_connections + load.redis_connections);
  return warming;
}

double hit_ratio(const std::map<std::string, OperationResult>& operations) {
  int64_t hits = 0, misses = 0;
  for (const auto& [name, operation] : operations) {
    if (auto hit = operation.paths.find("hit"); hit != operation.paths.end()) {
      hits += hit->second.count;
    }
    if (auto miss = operation.paths.find("miss"); miss != operation.paths.end()) {
      misses += miss->second.count;
    }
  }
  return hits + misses == 0 ? 0 : double(hits) / double(hits + misses);
}

bool WarmingRounds::steady() const {
  return count() >= 2 && ratios_.back() >= kLeastRatio &&
         std::abs(ratios_.back() - ratios_[ratios_.size() - 2]) < kSteady;
}

std::optional<std::string> WarmingRounds::warning() const {
  if (steady()) return std::nullopt;
  if (ratios_.back() < kLeastRatio) {
    return fmt::format(
        "the cache answers only {:.2f} % of what is asked after {} rounds of warming: the scenario "
        "hardly ever asks for the same key twice",
        100 * ratios_.back(), count());
  }
  return fmt::format(
      "the cache was still filling after {} rounds of warming (hit ratio {:.1f} %, {:.1f} % the "
      "round before); a longer load.warmup_s brings it closer, unless a ttl of seconds never lets "
      "it",
      count(), 100 * ratios_.back(), 100 * ratios_[ratios_.size() - 2]);
}

}  // namespace tare
