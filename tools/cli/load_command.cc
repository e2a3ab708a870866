// tare load: fills a kept sandbox with a scenario's data.
#include <fmt/core.h>

#include <CLI/CLI.hpp>

#include "bench/model/errors.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/experiment/workbench.h"

namespace tare {
namespace {

int load(const MeasureOptions& options, std::stop_token stop) {
  if (options.sandbox.empty() && options.postgres.empty()) {
    throw UsageError(
        "load fills a sandbox that stays (or a target, --postgres URI): start one with "
        "`tare sandbox start --dir DIR`, then "
        "`tare load SCENARIO --sandbox DIR`. run and ab load by themselves");
  }
  const Scenario scenario = read_scenario(options.scenario, parse_settings(options.settings));
  ProgressScreen screen;
  Servers servers = open_servers(options, stop);
  const TargetClaim claim(servers, {&scenario}, stop);
  Workbench bench(servers, claim, scenario, screen.receiver(), stop);
  const LoadedData data = naming_dead_servers({&servers}, [&] { return bench.load(); });
  screen.clear();
  fmt::print("{}: {} database {}\n", scenario.name,
             data == LoadedData::now ? "loaded into" : "is already in",
             bench.working_database().database);
  return 0;
}

}  // namespace

void add_load_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<MeasureOptions>();
  CLI::App* command = app.add_subcommand("load", "Fill a kept sandbox with a scenario's data");
  add_measure_options(*command, options, ResultsOption::left_out);
  command->footer(
      "\nExamples:\n  tare sandbox start --dir /tmp/bench\n"
      "  tare load scenarios/debian-archive/scenario.json --sandbox /tmp/bench\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return load(options, stop); };
  });
}

}  // namespace tare
