// tare run: one run of a scenario, without a change.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/experiment/ab_experiment.h"
#include "tools/report/run_table.h"

namespace tare {
namespace {

constexpr int kInvalid = 3;

int run(const MeasureOptions& options, std::stop_token stop) {
  const Scenario scenario = read_scenario(options.scenario, parse_settings(options.settings));
  ProgressScreen screen;
  Servers servers = open_servers(options, stop);
  const TargetClaim claim(servers, {&scenario}, stop);
  Workbench bench(servers, claim, scenario, screen.receiver(), stop);
  const RunOutcome outcome =
      naming_dead_servers({&servers}, [&] { return run_once(bench, options.results); });
  screen.clear();
  const std::string folder = outcome.folder.string();
  fmt::print("{}", run_table(outcome.result, outcome.limits, folder, next_steps(options, folder),
                             style_for(STDOUT_FILENO)));
  for (const std::string& reason : outcome.invalid_reasons) {
    fmt::print(stderr, "not valid: {}\n", reason);
  }
  return outcome.invalid_reasons.empty() ? exit_code(outcome.limits) : kInvalid;
}

}  // namespace

void add_run_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<MeasureOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a scenario once and keep the evidence");
  add_measure_options(*command, options, ResultsOption::wanted);
  command->footer(
      "\nExamples:\n  tare run scenarios/debian-archive/scenario.json\n"
      "  tare run scenarios/debian-archive/scenario.json --set rate_per_s=500 --set measure_s=20\n"
      "  tare run scenarios/debian-archive/scenario.json --sandbox /tmp/bench\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return run(options, stop); };
  });
}

}  // namespace tare
