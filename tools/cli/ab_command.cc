// tare ab: the experiment, a change against the baseline in random pairs.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "bench/model/change_reader.h"
#include "bench/model/problem.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/experiment/ab_experiment.h"
#include "tools/report/experiment_table.h"

namespace tare {
namespace {

struct AbCommand {
  MeasureOptions measure;
  std::filesystem::path change;
  int pairs = 6;
};

int ab(const AbCommand& command, std::stop_token stop) {
  const MeasureOptions& options = command.measure;
  const Scenario scenario = read_scenario(options.scenario, parse_settings(options.settings));
  const Change change = read_change(command.change);
  if (auto problems = check_change_against(change, scenario); !problems.empty()) {
    throw FileProblems(std::move(problems));
  }
  ProgressScreen screen;
  Sandbox sandbox = open_sandbox(options, stop);
  Workbench bench(sandbox, scenario, screen.receiver(), stop);
  const AbOutcome outcome = naming_dead_servers(sandbox, [&] {
    return run_ab(bench, change, {command.pairs, options.results});
  });
  screen.clear();
  const std::string folder = outcome.folder.string();
  fmt::print("{}", experiment_table(outcome.experiment, folder, next_steps(options, folder),
                                    style_for(STDOUT_FILENO)));
  return outcome.experiment.exit_code;
}

}  // namespace

void add_ab_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<AbCommand>();
  CLI::App* command =
      app.add_subcommand("ab", "Weigh a change: baseline and contender in random pairs");
  add_measure_options(*command, options.measure, ResultsOption::wanted);
  command->add_option("--change", options.change, "The change file")->required();
  command->add_option("--pairs", options.pairs, "How many pairs of trials")
      ->capture_default_str()
      ->check(CLI::Range(2, 1000));
  command->footer(
      "\nExamples:\n  tare ab scenarios/debian-archive/scenario.json \\\n"
      "      --change scenarios/debian-archive/changes/index-relation-target.json\n"
      "  tare ab scenario.json --change change.json --pairs 10 --set rate_per_s=500\n\n"
      "Exit codes: 0 nothing worse and every expectation met, 1 regressed or missed,\n"
      "2 inconclusive, 3 not valid, 4 usage or file error.\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return ab(options, stop); };
  });
}

}  // namespace tare
