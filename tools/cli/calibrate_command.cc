// tare calibrate: what can this machine tell apart, and how often is a verdict wrong?
#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "bench/model/scenario_reader.h"
#include "bench/model/turns.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/experiment/calibration_experiment.h"
#include "tools/report/calibration_table.h"

namespace tare {
namespace {

constexpr int kDefaultBudget_s = 600;
constexpr int kMostPairs = 60;  // that a budget may hold; more hardly say more

constexpr const char* kFooter = R"(
Both arms are the scenario as it is, so whatever is found is noise. No change is applied.

Examples:
  tare calibrate scenarios/debian-archive/scenario.json
  tare calibrate scenario.json --budget 30m --margins margins.json
  tare calibrate scenario.json --pairs 20 --set measure_s=5
  tare calibrate scenario.json --interleave 100ms
  tare calibrate scenario.json --within 10        # margins for experiments of at most 10 pairs

Exit codes: 0 done; 3 not valid: trials that cannot be believed, fewer than 6 pairs in the budget,
or the contender called worse than itself; 4 usage or file error.
)";

struct CalibrateCommand {
  MeasureOptions measure;
  int pairs = 0;     // 0: as many as the budget holds
  int budget_s = 0;  // 0: the default, unless pairs are given
  int within = 20;
  int interleave_ms = 0;
  std::filesystem::path margins;
  std::string format = "text";
};

// Found out before minutes are spent.
void check_writable(const std::filesystem::path& file) {
  if (file.empty()) return;
  const std::filesystem::path folder =
      file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  std::error_code ignored;
  const bool there = std::filesystem::is_directory(folder, ignored);
  if (there && access(folder.c_str(), W_OK) == 0 && !std::filesystem::is_directory(file, ignored)) {
    return;
  }
  throw UsageError(fmt::format("--margins {}: no file can be written there", file.string()));
}

void write_margins(const std::filesystem::path& file, const Calibration& calibration) {
  if (file.empty()) return;
  if (calibration.exit_code != 0) {
    fmt::print(stderr, "tare: {} is not written: no margins can be trusted\n", file.string());
    return;
  }
  write_whole_file(file, fmt::format("{{\n  {}\n}}\n", margins_to_json(calibration)));
}

CalibrationOptions calibration_options(const CalibrateCommand& command) {
  CalibrationOptions options;
  options.pairs = command.pairs > 0 ? command.pairs : kMostPairs;
  if (command.pairs == 0) {
    const int budget_s = command.budget_s > 0 ? command.budget_s : kDefaultBudget_s;
    options.budget = std::chrono::seconds(budget_s);
  }
  options.within = command.within;
  if (command.interleave_ms > 0) options.turn = std::chrono::milliseconds(command.interleave_ms);
  options.results = command.measure.results;
  return options;
}

int calibrate_and_tell(const CalibrateCommand& command, std::stop_token stop) {
  const MeasureOptions& options = command.measure;
  check_writable(command.margins);
  const CalibrationOptions calibrated = calibration_options(command);
  Scenario scenario = read_scenario(options.scenario, parse_settings(options.settings));
  if (calibrated.turn) scenario = with_turns(std::move(scenario), *calibrated.turn);
  ProgressScreen screen;
  std::optional<Servers> other;
  if (calibrated.turn) {
    other = open_own_servers(options, sandbox_options(options), "--interleave", stop);
  }
  Servers servers = open_servers(options, stop);
  const TargetClaim claim(servers, {&scenario}, stop);
  const auto bench_on = [&](Servers& there) {
    return std::make_unique<Workbench>(there, claim, scenario, screen.receiver(), stop);
  };
  const std::unique_ptr<Workbench> here = bench_on(servers);
  std::unique_ptr<Workbench> there, also_here, also_there;
  std::optional<AbArms> exchanged;
  if (other) {
    there = bench_on(*other);
    also_here = bench_on(servers);
    also_there = bench_on(*other);
    exchanged.emplace(AbArms{*also_there, *also_here});
  }
  AbArms arms{*here, there ? *there : *here};
  if (exchanged) arms.exchanged = &*exchanged;
  const CalibrationOutcome outcome = naming_dead_servers(
      {&servers, other ? &*other : &servers}, [&] { return run_calibration(arms, calibrated); });
  screen.clear();
  const Calibration& calibration = outcome.calibration;
  fmt::print("{}", command.format == "json"
                       ? calibration_to_json(calibration)
                       : calibration_table(calibration, outcome.folder.string(),
                                           style_for(STDOUT_FILENO)));
  std::fflush(stdout);
  write_margins(command.margins, calibration);
  return calibration.exit_code;
}

}  // namespace

void add_calibrate_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<CalibrateCommand>();
  CLI::App* command = app.add_subcommand(
      "calibrate", "A/A: how often is a verdict wrong here, and what margins can be resolved?");
  add_measure_options(*command, options.measure, ResultsOption::wanted);
  auto* pairs =
      command->add_option("--pairs", options.pairs, "Exactly so many pairs of trials, at least 6");
  pairs->check(CLI::Range(kFewestCalibrated, 1000));
  command
      ->add_option("--budget", options.budget_s,
                   "As many pairs as this time holds, at most 60: 90s, 20m, 2h; without it and "
                   "--pairs 10m")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"))
      ->check(CLI::Range(1, 7 * 24 * 3600))
      ->excludes(pairs);
  add_interleave_option(*command, options.interleave_ms);
  command
      ->add_option("--within", options.within,
                   "In so many pairs the margins are to be resolved: 6, 10, 15, 20 or 30")
      ->check(CLI::IsMember({6, 10, 15, 20, 30}))
      ->capture_default_str();
  command
      ->add_option("--margins", options.margins,
                   "Write the margins there, as JSON to paste into the scenario")
      ->type_name("FILE");
  command->add_option("--format", options.format, "text or json (as calibration.json)")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return calibrate_and_tell(options, stop); };
  });
}

}  // namespace tare
