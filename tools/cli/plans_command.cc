// tare plans: the plan map of a scenario, and what became of plans between two of them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "bench/model/errors.h"
#include "bench/model/plan_map_file.h"
#include "bench/model/result_file.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/cli/output_options.h"
#include "tools/cli/plans_difference.h"
#include "tools/experiment/capture_plan_map.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/experiment_folder.h"
#include "tools/experiment/workbench.h"
#include "tools/report/plan_map_table.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

struct PlansCommand {
  MeasureOptions measure;
  OutputOptions output;
  PlansDifference difference;
};

// Nothing is measured: a cache need not be warm.
Scenario without_warming(Scenario scenario) {
  scenario.load.cache_start = CacheStart::cold;
  return scenario;
}

int take(const PlansCommand& command, std::stop_token stop) {
  const MeasureOptions& options = command.measure;
  if (options.scenario.empty()) {
    throw UsageError("name a scenario; `tare plans --help` has examples");
  }
  const std::vector<Output> outputs = planned_outputs(command.output);
  require_plain_formats(outputs);
  const Scenario scenario =
      without_warming(read_scenario(options.scenario, parse_settings(options.settings)));
  ProgressScreen screen;
  Servers servers = open_servers(options, stop);
  const TargetClaim claim(servers, {&scenario}, stop);
  Workbench bench(servers, claim, scenario, screen.receiver(), stop);
  PendingFolder folder(options.results / scenario.name, folder_time() + "-plans");
  const PlanMap map = naming_dead_servers({&servers}, [&] {
    try {
      bench.leave_statements_unchecked();  // the others are mapped all the same
      bench.prepare();
      bench.refresh();
      MapRequest request{scenario, bench.traffic()};
      request.say = [&](const std::string& query) { bench.say("plans of " + query); };
      PlanMap taken = take_plan_map(bench.postgres(), request);
      bench.leave_target();
      return taken;
    } catch (...) {
      bench.put_back();
      throw;
    }
  });
  write_plan_map(folder.path() / "plan_map.json", map);
  write_whole_file(folder.path() / "scenario.json", scenario.text);
  const fs::path place = folder.publish();
  screen.clear();
  write_outputs(outputs, [&](Format format, const Style& style) {
    if (format == Format::json) return plan_map_to_json(map);
    if (format == Format::markdown) return plan_map_markdown(map);
    return plan_map_table(map, style) +
           fmt::format("evidence: {0}\nnext: tare plans diff {0} OTHER\n", place.string());
  });
  const bool whole = std::all_of(map.queries.begin(), map.queries.end(),
                                 [](const QueryMap& query) { return !query.classes.empty(); });
  return whole ? 0 : 2;
}

}  // namespace

void add_plans_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<PlansCommand>();
  CLI::App* command = app.add_subcommand(
      "plans", "Which plans a scenario's queries get, for which parameters, at what work");
  add_measure_options(*command, options.measure, ResultsOption::wanted, ScenarioOption::optional);
  add_output_options(*command, options.output);
  CLI::App* diff = add_plans_difference(*command, options.difference);
  command->require_subcommand(0, 1);
  command->footer(
      "\nExamples:\n"
      "  tare plans scenarios/content-site/scenario.json\n"
      "  tare plans scenario.json --set posts=1000000 --format markdown -o plans.md\n"
      "  tare plans scenario.json --postgres env --redis env\n"
      "  tare plans diff results/shop/MONDAY-plans results/shop/TODAY-plans\n\n"
      "Parameters come from what the scenario draws and from PostgreSQL's statistics: the most\n"
      "common values, rare ones, places of the histogram, NULL, what is beyond the maximum. A few\n"
      "of each plan are executed, in transactions that are rolled back.\n\n"
      "Exit codes: 0 every query has its plans, 2 some have none (the notes say why), 3 a server "
      "is\n"
      "away, 4 usage or file error.\n");
  command->callback([&options, &line, diff] {
    if (diff->parsed()) {
      line.chosen = [&options](std::stop_token) { return compare_plans(options.difference); };
    } else {
      line.chosen = [&options](std::stop_token stop) { return take(options, stop); };
    }
  });
}

}  // namespace tare
