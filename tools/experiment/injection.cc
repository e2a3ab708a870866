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
#include "tools/experiment/event_log.h"
#include "tools/experiment/trial.h"

namespace tare {
namespace {

constexpr double kMostShare = 10;
constexpr int64_t kManyTurns = 2000;  // some 100 us
constexpr int kTimings = 200;

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

Spin calibrate_spin(const Scenario& scenario, const Injection& injection,
                    std::optional<Nanoseconds> turn, const WorkbenchOf& bench_of,
                    const std::filesystem::path& results) {
  Spin spin;
  spin.injection = injection;
  const std::string& operation = injection.operation;
  const Scenario spun = with_spin(scenario, operation, 1);
  if (injection.share == 0) return spin;
  const PendingFolder folder(results / scenario.name, "calibrate");
  EventLog log(folder.path() / "log.jsonl");
  const std::unique_ptr<Workbench> bench = bench_of(spun);
  bench->prepare();
  spin.ns_per_turn = time_of_turn_ns(bench->postgres());
  TrialOptions trial;
  trial.stage = "calibrate";
  trial.folder = folder.path() / "trial";
  Meeting alone;
  alone.leave();
  if (turn) {
    make_fresh(*bench, trial, log);
    trial.turns = InTurns{arrivals_in_turns(spun, *turn, 0).first, &alone};
  }
  const Result result = run_trial(*bench, trial, log).result;
  const OperationResult& found = result.operations.at(operation);
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
  const double wanted_ns = injection.share * spin.baseline_ns / spin.runs_per_request;
  spin.turns = 1 + std::llround(wanted_ns / spin.ns_per_turn);
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
  if (spin.ns_per_turn > 0) {
    change.reason += fmt::format(
        " (a turn took {:.3g} ns, a request {:.3g} us, {:.3g} of them ran the statement)",
        spin.ns_per_turn, spin.baseline_ns / 1e3, spin.runs_per_request);
  }
  change.variable = "injected work";
  change.rollback_note = "Nothing was changed.";
  change.text =
      fmt::format("{{\"injected\": {{\"operation\": \"{}\", \"share\": {}, \"turns\": {}}}}}\n",
                  spin.injection.operation, spin.injection.share, spin.turns);
  return change;
}

}  // namespace tare
