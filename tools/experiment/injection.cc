#include "tools/experiment/injection.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "bench/model/spin.h"
#include "bench/model/turns.h"
#include "tools/compare/statistics.h"
#include "tools/compare/trial_guards.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/trial.h"

namespace tare {
namespace {

constexpr double kMostShare = 10;
constexpr int64_t kManyTurns = 2000;  // some 100 us
constexpr int kTimings = 200;
constexpr int64_t kEnoughRequests = 2000;  // of the probe: its share is known to some percent
constexpr int kMostProbes = 3;
constexpr double kLeastProbe = 0.2;  // of the 1 that is meant

// What one turn takes on this server: long and short loops in turn, the median of the differences,
// so that neither the way there nor what else the machine does is in it.
double time_of_turn_ns(PostgresControl& postgres) {
  const auto time_of = [&postgres](int64_t turns) {
    const auto begin = std::chrono::steady_clock::now();
    postgres.query(spin_alone(turns));
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
        .count();
  };
  std::vector<double> differences;
  for (int i = 0; i < kTimings; ++i) differences.push_back(time_of(kManyTurns) - time_of(1));
  return median(differences) / double(kManyTurns - 1);
}

// Single trials, at the pace of the experiment's.
class Trials {
 public:
  Trials(const WorkbenchOf& bench_of, std::optional<Nanoseconds> turn,
         const std::filesystem::path& folder)
      : bench_of_(bench_of), turn_(turn), folder_(folder), log_(folder / "log.jsonl") {}

  Result run(const Scenario& scenario, const std::string& name) {
    const std::unique_ptr<Workbench> bench = bench_of_(scenario);
    bench->prepare();
    if (ns_per_turn_ == 0) ns_per_turn_ = time_of_turn_ns(bench->postgres());
    TrialOptions trial;
    trial.stage = "calibrate, " + name;
    trial.folder = folder_ / name;
    Meeting alone;
    alone.leave();
    if (turn_) {
      make_fresh(*bench, trial, log_);
      trial.turns = InTurns{arrivals_in_turns(scenario, *turn_, 0).first, *turn_, &alone};
    }
    return run_trial(*bench, trial, log_).result;
  }

  // One that nothing disturbed.
  Result run_sound(const Scenario& scenario, const std::string& name) {
    std::string why;
    for (int i = 0; i < kMostProbes; ++i) {
      Result result = run(scenario, i == 0 ? name : fmt::format("{}-again-{}", name, i));
      const std::vector<std::string> reasons = reasons_tainted(result);
      if (reasons.empty()) return result;
      why = reasons.front();
    }
    throw UsageError(fmt::format("cannot tell how much work to inject: {}", why));
  }

  // On the server at rest.
  double ns_per_turn() const { return ns_per_turn_; }

 private:
  const WorkbenchOf& bench_of_;
  std::optional<Nanoseconds> turn_;
  std::filesystem::path folder_;
  EventLog log_;
  double ns_per_turn_ = 0;
};

}  // namespace

Injection parse_injection(const std::string& text) {
  const size_t equals = text.find("=+");
  const auto fail = [&text] {
    return UsageError(
        fmt::format("--inject {}: say OPERATION=+5%, with 0 to {:.0f} %", text, 100 * kMostShare));
  };
  if (equals == std::string::npos || equals == 0 || text.back() != '%') throw fail();
  const std::string number = text.substr(equals + 2, text.size() - equals - 3);
  if (number.empty() || number.find_first_not_of("0123456789.") != std::string::npos) throw fail();
  size_t used = 0;
  double percent = 0;
  try {
    percent = std::stod(number, &used);
  } catch (const std::exception&) {
    throw fail();
  }
  if (used != number.size() || percent > 100 * kMostShare) throw fail();
  return {text.substr(0, equals), percent / 100};
}

int64_t turns_for(double share, int64_t probe_turns, double probe_share) {
  return 1 + std::llround(double(probe_turns - 1) * share / probe_share);
}

Spin calibrate_spin(const Scenario& scenario, const Injection& injection,
                    std::optional<Nanoseconds> turn, const WorkbenchOf& bench_of,
                    const std::filesystem::path& results) {
  Spin spin;
  spin.injection = injection;
  const std::string& operation = injection.operation;
  const Scenario alone = with_spin(scenario, operation, 1);
  if (injection.share == 0) return spin;
  const PendingFolder folder(results / scenario.name, "calibrate");
  Trials trials(bench_of, turn, folder.path());
  const Result before = trials.run_sound(alone, "alone");
  const OperationResult& found = before.operations.at(operation);
  const auto step = found.steps.find(spun_step(scenario, operation));
  if (found.requests.ok == 0 || step == found.steps.end() || step->second.calls == 0) {
    throw UsageError(fmt::format(
        "nothing can be injected into {}: of {} requests {} were answered, and none of them ran a "
        "statement{}{}",
        operation, found.requests.scheduled, found.requests.ok,
        found.first_error.empty() ? "" : "; ", found.first_error));
  }
  spin.baseline_ns = found.response_time_ns.tm95;
  spin.runs_per_request = double(step->second.calls) / double(found.requests.ok);
  const double twice_ns = spin.baseline_ns / spin.runs_per_request;
  spin.probe_turns = 1 + std::llround(twice_ns / trials.ns_per_turn());
  const std::string probe = operation + ", probe";
  const Scenario both = with_probe(scenario, operation, probe, spin.probe_turns);
  double log_ratios = 0;
  int runs = 0;
  while (runs < kMostProbes && spin.probe_requests < kEnoughRequests) {
    const Result result = trials.run_sound(both, fmt::format("probe-{}", ++runs));
    const OperationResult &plain = result.operations.at(operation),
                          &slowed = result.operations.at(probe);
    if (plain.requests.ok == 0 || slowed.requests.ok == 0) {
      throw UsageError(fmt::format(
          "nothing can be injected into {}: under twice its work no request was answered{}{}",
          operation, slowed.first_error.empty() ? "" : "; ", slowed.first_error));
    }
    spin.probe_requests += slowed.requests.ok;
    log_ratios += std::log(slowed.response_time_ns.tm95 / plain.response_time_ns.tm95);
  }
  spin.probe_share = std::expm1(log_ratios / runs);
  if (spin.probe_share < kLeastProbe) {
    throw UsageError(fmt::format(
        "nothing can be injected into {}: work that should double its response_time_tm95 changed "
        "it by {:+.0f} %; {:.2g} of its requests run the statement, and what the slowest 5 % do is "
        "not in that metric",
        operation, 100 * spin.probe_share, spin.runs_per_request));
  }
  spin.turns = turns_for(injection.share, spin.probe_turns, spin.probe_share);
  return spin;
}

Change change_of(const Spin& spin) {
  Change change;
  const double percent = 100 * spin.injection.share;
  change.name = fmt::format("inject-{}-{:g}-percent", spin.injection.operation, percent);
  change.owner = "tare";
  change.reason = fmt::format(
      "+{:g} % injected into {}: its statement counts to {} before it answers, in the "
      "baseline to 1",
      percent, spin.injection.operation, spin.turns);
  if (spin.probe_turns > 0) {
    change.reason += fmt::format(
        " (its response_time_tm95 was {:.3g} us; counting to {} added {:.3g} % in {} requests; "
        "{:.3g} of its requests ran the statement)",
        spin.baseline_ns / 1e3, spin.probe_turns, 100 * spin.probe_share, spin.probe_requests,
        spin.runs_per_request);
  }
  change.variable = "injected work";
  change.rollback_note = "Nothing was changed.";
  change.text =
      fmt::format("{{\"injected\": {{\"operation\": \"{}\", \"share\": {}, \"turns\": {}}}}}\n",
                  spin.injection.operation, spin.injection.share, spin.turns);
  return change;
}

}  // namespace tare
