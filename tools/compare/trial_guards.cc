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

// One pair moves the mean of this many by a sixth of what is wrong with it: so many are the fewest
// that a verdict rests on. What the pairs have in common is the comparison's to widen intervals by.
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

void note_servers(const Observed& seen, const Criteria& criteria,
                  std::vector<std::string>& reasons) {
  if (seen.postgres && seen.postgres->restarts > 0) {
    reasons.emplace_back(
        "PostgreSQL began anew in the window: see its log, and keep others from restarting it");
  }
  if (seen.redis && seen.redis->restarts > 0) {
    reasons.emplace_back(
        "Redis began anew in the window: see its log, and keep others from restarting it");
  }
  const bool declared = criteria.redis_settings.contains("maxmemory") ||
                        criteria.redis_settings.contains("maxmemory-policy");
  if (seen.redis && seen.redis->evicted_keys > 0 && !declared) {
    reasons.push_back(fmt::format(
        "Redis evicted {} keys, and the change does not set maxmemory or maxmemory-policy: give it "
        "more memory, or let the change declare it",
        seen.redis->evicted_keys));
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
// needs longer windows to be seen fairly.
struct Maintenance {
  const char* name;
  const char* advice;
  int64_t (*count)(const Observed& seen);
};

constexpr Maintenance kMaintenance[] = {
    {"a checkpoint of PostgreSQL",
     "raise max_wal_size and checkpoint_timeout, or measure so long that both arms have some",
     [](const Observed& seen) {
       return seen.postgres
                  ? seen.postgres->checkpoints_started + seen.postgres->checkpoints_finished
                  : 0;
     }},
    {"autovacuum",
     "vacuum and analyze in the change's steps, or measure so long that both arms have some",
     [](const Observed& seen) {
       return seen.postgres ? seen.postgres->autovacuums + seen.postgres->autoanalyzes +
                                  seen.postgres->autovacuum_workers
                            : 0;
     }},
    {"a background save of Redis", "set save \"\", or measure so long that both arms have some",
     [](const Observed& seen) { return seen.redis ? seen.redis->background_saves : 0; }},
    {"a rewrite of Redis' append-only file",
     "raise auto-aof-rewrite-min-size, or measure so long that both arms have some",
     [](const Observed& seen) { return seen.redis ? seen.redis->aof_rewrites : 0; }}};

void note_maintenance(const Observed& baseline, const Observed& contender,
                      std::vector<std::string>& reasons) {
  for (const Maintenance& kind : kMaintenance) {
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

// By how much more it drifts in the contender.
std::optional<Drift> drift_apart(const PairSample& pair, const std::string& name) {
  const auto& before = pair.baseline.result.operations;
  const auto& after = pair.contender.result.operations;
  if (!before.contains(name) || !after.contains(name)) return std::nullopt;
  const auto one = drift_of(before.at(name)), other = drift_of(after.at(name));
  if (!one || !other) return std::nullopt;
  return Drift{other->log_ratio - one->log_ratio,
               one->variance_by_count + other->variance_by_count};
}

// A change may make the contender drift in every pair, by a queue that grows: that is its effect.
void note_drifts(const PairSample& pair, const std::vector<PairSample>& before,
                 std::vector<std::string>& reasons) {
  for (const auto& [name, operation] : pair.baseline.result.operations) {
    const auto apart = drift_apart(pair, name);
    std::vector<double> usual;
    for (const PairSample& earlier : before) {
      if (const auto its = drift_apart(earlier, name)) usual.push_back(its->log_ratio);
    }
    if (!apart || usual.size() < kFewestUsual) continue;
    const double limit = kDrift + kDriftByChance * std::sqrt(apart->variance_by_count) / 2;
    if (std::abs(apart->log_ratio - median(usual)) <= limit) continue;
    reasons.push_back(fmt::format(
        "{} drifts inside the window, and not as in the pairs before: from the first third to the "
        "last its response tm95 changes by {:+.0f} % in the baseline and by {:+.0f} % in the "
        "contender (allowed apart from what is usual: a factor of {:.2f}); let the warm-up be "
        "longer, or find what else runs",
        name, 100 * std::expm1(drift_of(operation)->log_ratio),
        100 * std::expm1(drift_of(pair.contender.result.operations.at(name))->log_ratio),
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

std::vector<std::string> reasons_tainted(const Result& trial, const Criteria& criteria) {
  std::vector<std::string> reasons = reasons_disturbed(trial);
  if (!trial.observed) return reasons;
  note_machine(*trial.observed, reasons);
  note_servers(*trial.observed, criteria, reasons);
  return reasons;
}

std::vector<std::string> reasons_tainted(const PairSample& pair,
                                         const std::vector<PairSample>& before,
                                         const Criteria& criteria) {
  const Result &baseline = pair.baseline.result, &contender = pair.contender.result;
  std::vector<std::string> reasons;
  append(reasons, "baseline", reasons_tainted(baseline, criteria));
  append(reasons, "contender", reasons_tainted(contender, criteria));
  if (baseline.observed && contender.observed) {
    note_maintenance(*baseline.observed, *contender.observed, reasons);
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
