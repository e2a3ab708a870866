#include "tools/compare/trial_guards.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tools/compare/statistics.h"

namespace tare {
namespace {

constexpr double kLeastOfOffered = 0.99;
constexpr double kClockStep_s = 0.5;  // of a ttl, too much; far more than clocks are slewed
constexpr double kBusiestWorker = 0.9;
// Of the processor time, taken by the host. What both arms lose alike is for the interval to cover.
constexpr double kMostSteal = 0.1, kMostStealApart = 0.02;
constexpr double kMostThrottled = 0.01;  // of the window
constexpr const char* kQuieter =
    "measure when its other machines are quiet, or on cores of your own";

// The fewest that a verdict rests on.
constexpr double kPairsOfAVerdict = 6;

// A drift of the log of the response time by 0.7, a factor of two from the first third to the last,
// shifts the window's mean by about 0.35, and the mean of six pairs by 6 %: about the usual margin.
// Less is for the interval to cover: of eight A/A pairs of content-site (windows of 4 s, a load of
// six on each core) all but two differed by at most 0.7. The second term is chance: of the
// difference of four means of n requests whose times scatter as widely as their mean is large, the
// standard deviation is 2 / sqrt(n); four of those are allowed.
constexpr double kDrift = 0.7, kDriftByChance = 8;
constexpr int64_t kFewestInAThird = 100;
constexpr size_t kFewestUsual = 2;  // pairs before that tell how it usually is

void append(std::vector<std::string>& to, const char* arm, std::vector<std::string> reasons) {
  for (std::string& reason : reasons) to.push_back(fmt::format("{}: {}", arm, reason));
}

void note_servers(const Observed& seen, std::vector<std::string>& reasons) {
  if (seen.postgres && seen.postgres->restarts > 0) {
    reasons.emplace_back(
        "PostgreSQL began anew in the window: see its log, and keep others from restarting it");
  }
  if (seen.redis && seen.redis->restarts > 0) {
    reasons.emplace_back(
        "Redis began anew in the window: see its log, and keep others from restarting it");
  }
}

void note_machine(const Observed& seen, std::vector<std::string>& reasons) {
  if (seen.busiest_worker_cpu_share > kBusiestWorker) {
    reasons.push_back(fmt::format(
        "the generator was saturated: its busiest thread used {:.0f} % of a core, above {:.0f} %, "
        "so times are the generator's too; lower the rate, or add workers and cores",
        100 * seen.busiest_worker_cpu_share, 100 * kBusiestWorker));
  }
  if (seen.steal_share && *seen.steal_share > kMostSteal) {
    reasons.push_back(fmt::format("the host took {:.1f} % of the processor time away; {}",
                                  100 * *seen.steal_share, kQuieter));
  }
  if (seen.throttled_s && *seen.throttled_s > kMostThrottled * seen.seconds) {
    reasons.push_back(fmt::format(
        "the cgroup's quota held processes up for {:.3g} s: raise cpu.max, or lower the rate",
        *seen.throttled_s));
  }
}

// What servers do beside: of one arm alone it is no part of the change's effect, or it is one that
// needs longer windows to be seen fairly; unless the change sets what begins with one of `by`.
struct Maintenance {
  const char* name;
  const char* advice;
  std::vector<std::string> by;
  int64_t (*count)(const Observed& seen);
};

const Maintenance kMaintenance[] = {
    {"a checkpoint of PostgreSQL",
     "raise max_wal_size and checkpoint_timeout, or measure so long that both arms have some",
     {"checkpoint", "max_wal", "min_wal", "wal_", "full_page"},
     [](const Observed& seen) {
       return seen.postgres
                  ? seen.postgres->checkpoints_started + seen.postgres->checkpoints_finished
                  : 0;
     }},
    {"autovacuum",
     "vacuum and analyze in the change's steps, or measure so long that both arms have some",
     {"autovacuum", "vacuum"},
     [](const Observed& seen) {
       return seen.postgres ? seen.postgres->autovacuums + seen.postgres->autoanalyzes +
                                  seen.postgres->autovacuum_workers
                            : 0;
     }},
    {"a background save of Redis",
     "set save \"\", or measure so long that both arms have some",
     {"save"},
     [](const Observed& seen) { return seen.redis ? seen.redis->background_saves : 0; }},
    {"a rewrite of Redis' append-only file",
     "raise auto-aof-rewrite-min-size, or measure so long that both arms have some",
     {"appendonly", "auto-aof"},
     [](const Observed& seen) { return seen.redis ? seen.redis->aof_rewrites : 0; }},
    {"an eviction of Redis' keys",
     "give it more memory, or let the change declare maxmemory",
     {"maxmemory"},
     [](const Observed& seen) { return seen.redis ? seen.redis->evicted_keys : 0; }}};

bool declared(const Maintenance& kind, const Criteria& criteria) {
  for (const auto* settings : {&criteria.postgres_settings, &criteria.redis_settings}) {
    for (const std::string& setting : *settings) {
      for (const std::string& begins : kind.by) {
        if (setting.starts_with(begins)) return true;
      }
    }
  }
  return false;
}

void note_maintenance(const Observed& baseline, const Observed& contender, const Criteria& criteria,
                      std::vector<std::string>& reasons) {
  for (const Maintenance& kind : kMaintenance) {
    if (declared(kind, criteria)) continue;
    const bool before = kind.count(baseline) > 0, after = kind.count(contender) > 0;
    if (before == after) continue;
    reasons.push_back(fmt::format("{} fell into the window of the {} alone: {}", kind.name,
                                  before ? "baseline" : "contender", kind.advice));
  }
}

void note_steal(const Observed& baseline, const Observed& contender,
                std::vector<std::string>& reasons) {
  if (!baseline.steal_share || !contender.steal_share) return;
  const double apart = *contender.steal_share - *baseline.steal_share;
  if (std::abs(apart) <= kMostStealApart) return;
  reasons.push_back(fmt::format(
      "the host took {:.1f} % of the processor time from the baseline and {:.1f} % from the "
      "contender; {}",
      100 * *baseline.steal_share, 100 * *contender.steal_share, kQuieter));
}

// The log of what the last third takes by what the first takes.
struct Drift {
  double log_ratio = 0;
  double variance_by_count = 0;  // 1 / n of both thirds
};

std::optional<Drift> drift_of(const OperationResult& operation) {
  if (operation.thirds.size() != 3) return std::nullopt;
  const ThirdResult &first = operation.thirds.front(), &last = operation.thirds.back();
  if (std::min(first.count, last.count) < kFewestInAThird) return std::nullopt;
  if (!(first.tm95_ns > 0) || !(last.tm95_ns > 0)) return std::nullopt;
  return Drift{std::log(last.tm95_ns / first.tm95_ns),
               1 / double(first.count) + 1 / double(last.count)};
}

// Of the baseline alone: no change makes it drift, so pairs that are left out for it are left out
// whatever the change did. A contender that drifts may be the change's effect, and counts.
void note_drifts(const PairSample& pair, const std::vector<PairSample>& before,
                 std::vector<std::string>& reasons) {
  for (const auto& [name, operation] : pair.baseline.result.operations) {
    const auto drift = drift_of(operation);
    std::vector<double> usual;
    double variance = 0;
    for (const PairSample& earlier : before) {
      const auto found = earlier.baseline.result.operations.find(name);
      if (found == earlier.baseline.result.operations.end()) continue;
      const auto its = drift_of(found->second);
      if (!its) continue;
      usual.push_back(its->log_ratio);
      variance = std::max(variance, its->variance_by_count);
    }
    if (!drift || usual.size() < kFewestUsual) continue;
    const double chance = std::sqrt(drift->variance_by_count + variance) / 2;
    const double limit = kDrift + kDriftByChance * chance;
    if (std::abs(drift->log_ratio - median(usual)) <= limit) continue;
    reasons.push_back(fmt::format(
        "{} drifts inside the baseline's window as it did not before: from the first third to the "
        "last its response tm95 changes by {:+.0f} %, usually by {:+.0f} % (allowed apart: a "
        "factor of {:.2f}); find what else runs, or let the warm-up be longer",
        name, 100 * std::expm1(drift->log_ratio), 100 * std::expm1(median(usual)),
        std::exp(limit)));
  }
}

}  // namespace

std::vector<std::string> reasons_disturbed(const Result& trial) {
  std::vector<std::string> reasons;
  double scheduled = 0;
  int64_t timed_out = 0;
  for (const auto& [name, operation] : trial.operations) {
    scheduled += double(operation.requests.scheduled);
    timed_out += operation.requests.timed_out;
  }
  for (const auto& [name, job] : trial.jobs) timed_out += job.runs.timed_out;
  if (trial.generator.reconnects > 0 && timed_out == 0) {
    reasons.push_back(fmt::format("{} connections were lost under way: did a server stop?",
                                  trial.generator.reconnects));
  }
  if (std::abs(trial.clock_step_s) >= kClockStep_s) {
    reasons.push_back(
        fmt::format("the machine's clock was set by {:+.1f} s while the load ran, and the time to "
                    "live of every key with it: let it be, and measure again",
                    trial.clock_step_s));
  }
  // Poisson arrivals differ from their mean by chance: three standard deviations are allowed.
  const double expected = trial.offered_rate_per_s * trial.measured_s;
  if (expected > 0 && scheduled < kLeastOfOffered * expected - 3 * std::sqrt(expected)) {
    reasons.push_back(
        fmt::format("the offered rate was not reached: {:.0f} of {:.0f} requests were scheduled",
                    scheduled, expected));
  }
  return reasons;
}

std::vector<std::string> reasons_tainted(const Result& trial) {
  std::vector<std::string> reasons = reasons_disturbed(trial);
  if (!trial.observed) return reasons;
  note_machine(*trial.observed, reasons);
  note_servers(*trial.observed, reasons);
  return reasons;
}

std::vector<std::string> reasons_tainted(const PairSample& pair,
                                         const std::vector<PairSample>& before,
                                         const Criteria& criteria) {
  const Result &baseline = pair.baseline.result, &contender = pair.contender.result;
  std::vector<std::string> reasons;
  append(reasons, "baseline", reasons_tainted(baseline));
  append(reasons, "contender", reasons_tainted(contender));
  if (baseline.observed && contender.observed) {
    note_maintenance(*baseline.observed, *contender.observed, criteria, reasons);
    note_steal(*baseline.observed, *contender.observed, reasons);
  }
  note_drifts(pair, before, reasons);
  return reasons;
}

namespace {

long tainted_in(const std::vector<ExperimentPair>& pairs) {
  return std::count_if(pairs.begin(), pairs.end(),
                       [](const ExperimentPair& pair) { return !pair.tainted.empty(); });
}

}  // namespace

int most_repeats(int pairs_wanted) {
  return std::max(1, pairs_wanted / 3);
}

std::string too_many_tainted(const std::vector<ExperimentPair>& pairs) {
  const long tainted = tainted_in(pairs);
  if (3 * tainted <= long(pairs.size())) return "";
  std::vector<std::string> reasons;  // of each pair the first, of at most three pairs
  for (const ExperimentPair& pair : pairs) {
    if (pair.tainted.empty() || reasons.size() == 3) continue;
    reasons.push_back(fmt::format("pair {}: {}", pair.number, pair.tainted.front()));
  }
  return fmt::format("{} of {} pairs are tainted, more than a third; mend that first: {}", tainted,
                     pairs.size(), fmt::join(reasons, "; "));
}

bool beyond_repair(const std::vector<ExperimentPair>& pairs, int pairs_wanted) {
  return double(pairs.size()) >= kPairsOfAVerdict &&
         3 * tainted_in(pairs) > long(pairs_wanted + most_repeats(pairs_wanted));
}

std::vector<PairSample> untainted(const std::vector<PairSample>& samples,
                                  const std::vector<ExperimentPair>& pairs) {
  std::vector<PairSample> counting;
  for (size_t i = 0; i < std::min(samples.size(), pairs.size()); ++i) {
    if (pairs[i].tainted.empty()) counting.push_back(samples[i]);
  }
  return counting.empty() ? samples : counting;
}

}  // namespace tare
