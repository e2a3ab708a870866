#include "tools/experiment/injection.h"

#include <fmt/format.h>

#include <cmath>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "bench/model/spin.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/trial.h"

namespace tare {
namespace {

constexpr double kMostShare = 10;
constexpr double kGuessedTurn_ns = 40;
constexpr double kTrialShare = 0.5;  // far above the noise of a trial, too little for a queue
constexpr double kLeastSeen = 0.1;   // of the response time

// The operation's response_time_tm95 with so many turns.
double measured(const Scenario& scenario, const std::string& operation, int64_t turns,
                const WorkbenchOf& bench_of, const std::filesystem::path& folder, EventLog& log) {
  const Scenario spun = with_spin(scenario, operation, turns);
  const std::unique_ptr<Workbench> bench = bench_of(spun);
  bench->prepare();
  TrialOptions trial;
  trial.stage = fmt::format("calibrate, {} turn{}", turns, turns == 1 ? "" : "s");
  trial.folder = folder / std::to_string(turns);
  const Result result = run_trial(*bench, trial, log).result;
  const OperationResult& found = result.operations.at(operation);
  if (!(found.response_time_ns.tm95 > 0)) {
    throw UsageError(fmt::format("no request of {} was answered, so nothing can be injected: {}",
                                 operation, found.first_error));
  }
  return found.response_time_ns.tm95;
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
                    const WorkbenchOf& bench_of, const std::filesystem::path& results) {
  Spin spin;
  spin.injection = injection;
  with_spin(scenario, injection.operation, 1);  // says what is wrong before anything is run
  if (injection.share == 0) return spin;
  const PendingFolder folder(results / scenario.name, "calibrate");
  EventLog log(folder.path() / "log.jsonl");
  const auto measure = [&](int64_t turns) {
    return measured(scenario, injection.operation, turns, bench_of, folder.path(), log);
  };
  spin.baseline_ns = measure(1);
  const auto more = int64_t(std::ceil(kTrialShare * spin.baseline_ns / kGuessedTurn_ns));
  const double slower_ns = measure(1 + more) - spin.baseline_ns;
  if (slower_ns < kLeastSeen * spin.baseline_ns) {
    throw UsageError(
        fmt::format("{} turns of a loop in {} made {} no slower than {:.3g} us: it is answered "
                    "from the cache, or a trial is too short to tell; try --set measure_s",
                    more, injection.operation, injection.operation, spin.baseline_ns / 1e3));
  }
  spin.ns_per_turn = slower_ns / double(more);
  spin.turns = 1 + std::llround(injection.share * spin.baseline_ns / spin.ns_per_turn);
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
    change.reason += fmt::format(" (a turn took {:.3g} ns of {:.3g} us)", spin.ns_per_turn,
                                 spin.baseline_ns / 1e3);
  }
  change.variable = "injected work";
  change.rollback_note = "Nothing was changed.";
  change.text =
      fmt::format("{{\"injected\": {{\"operation\": \"{}\", \"share\": {}, \"turns\": {}}}}}\n",
                  spin.injection.operation, spin.injection.share, spin.turns);
  return change;
}

}  // namespace tare
