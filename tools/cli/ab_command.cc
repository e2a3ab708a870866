// tare ab: the experiment, a change against the baseline in random pairs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "bench/model/change_reader.h"
#include "bench/model/problem.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/experiment_outputs.h"
#include "tools/cli/measure_options.h"
#include "tools/cli/output_options.h"
#include "tools/experiment/ab_experiment.h"
#include "tools/experiment/environment.h"
#include "tools/report/experiment_note.h"

namespace tare {
namespace {

struct AbCommand {
  MeasureOptions measure;
  std::filesystem::path change;
  int pairs = 0;     // exactly so many; 0: until a verdict, or as the resumed experiment
  int budget_s = 0;  // 0: none
  std::filesystem::path resume;
  bool allow_shell = false;
  OutputOptions output;
};

void check_shell(const Change& change, const AbCommand& command) {
  for (const auto* actions : {&change.apply, &change.rollback}) {
    for (size_t i = 0; i < actions->size() && !command.allow_shell; ++i) {
      const auto* shell = std::get_if<ShellAction>(&(*actions)[i]);
      if (!shell) continue;
      throw FileProblems(
          {{change.file.string(),
            fmt::format("/{}/{}/shell", actions == &change.apply ? "apply" : "rollback", i),
            fmt::format("would run this on your machine: {}\nRead it, then say "
                        "--allow-shell",
                        shell->command)}});
    }
  }
}

// Servers of their own for a contender with other programs.
std::optional<Servers> contender_servers(const MeasureOptions& options, const Change& change,
                                         std::stop_token stop) {
  if (!change.binaries.any()) return std::nullopt;
  if (!options.sandbox.empty() || !options.postgres.empty() || !options.redis.empty()) {
    throw UsageError(
        "a change of the servers' programs needs throwaway sandboxes, one for each arm: leave "
        "--sandbox, --postgres and --redis out");
  }
  SandboxOptions sandbox = sandbox_options(options);
  if (!change.binaries.postgres_bin.empty()) sandbox.postgres_bin = change.binaries.postgres_bin;
  sandbox.redis_server = change.binaries.redis_server;
  return Servers(Sandbox::start(sandbox, stop));
}

// With --resume the files and settings are those of the experiment.
std::optional<Unfinished> take_up(AbCommand& command) {
  MeasureOptions& options = command.measure;
  if (command.resume.empty()) {
    if (!options.scenario.empty() && !command.change.empty()) return std::nullopt;
    throw UsageError(
        "name a scenario and --change CHANGE, or --resume FOLDER; `tare ab --help` has examples");
  }
  if (!options.scenario.empty() || !command.change.empty() || !options.settings.empty()) {
    throw UsageError(
        "--resume goes on with the scenario, the change and the --set of the experiment: leave "
        "them out");
  }
  Unfinished unfinished = read_unfinished(command.resume);
  options.scenario = unfinished.scenario_file;
  command.change = unfinished.change_file;
  for (const auto& [name, value] : unfinished.settings) {
    options.settings.push_back(fmt::format("{}={}", name, value));
  }
  // The folder lies in RESULTS/SCENARIO.
  options.results = std::filesystem::canonical(command.resume).parent_path().parent_path();
  const int have = pairs_begun(unfinished.experiment);
  if (command.pairs > 0 && command.pairs < have) {
    throw UsageError(fmt::format("{} has {} pairs already; say --pairs {} or more",
                                 command.resume.string(), have, have));
  }
  return unfinished;
}

// One look at so many pairs, or those of an experiment that runs until a verdict. What has been
// looked at stays looked at.
std::vector<int> looks_of(const AbCommand& command, const std::optional<Unfinished>& resumed) {
  if (resumed && resumed->experiment.looks.size() > 1) {
    return command.pairs == 0 ? resumed->experiment.looks : looks_up_to(command.pairs);
  }
  if (command.pairs > 0) return {command.pairs};
  return resumed ? std::vector<int>{resumed->pairs} : standard_looks();
}

AbOptions ab_options(const AbCommand& command, const std::optional<Unfinished>& resumed) {
  AbOptions options;
  options.looks = looks_of(command, resumed);
  if (command.budget_s > 0) options.budget = std::chrono::seconds(command.budget_s);
  options.results = command.measure.results;
  options.settings = parse_settings(command.measure.settings);
  options.resumed = resumed;
  options.resumed_folder = command.resume;
  options.kept = [](const std::filesystem::path& folder, size_t pairs) {
    fmt::print(stderr, "tare: {} finished pair{} kept; go on with: tare ab --resume {}\n", pairs,
               pairs == 1 ? " is" : "s are", folder.string());
  };
  return options;
}

int ab(AbCommand& command, std::stop_token stop) {
  const std::vector<Output> outputs = planned_outputs(command.output);
  const std::optional<Unfinished> resumed = take_up(command);
  const MeasureOptions& options = command.measure;
  const Scenario scenario = read_scenario(options.scenario, parse_settings(options.settings));
  const Change change = read_change(command.change);
  if (auto problems = check_change_against(change, scenario); !problems.empty()) {
    throw FileProblems(std::move(problems));
  }
  check_shell(change, command);
  std::optional<Scenario> patched;
  if (change.scenario_patch) {
    patched = read_patched_scenario(options.scenario, parse_settings(options.settings), change);
  }
  ProgressScreen screen;
  std::optional<Servers> other = contender_servers(options, change, stop);
  Servers servers = open_servers(options, stop);
  const Scenario& contender_scenario = patched ? *patched : scenario;
  const TargetClaim claim(servers, {&scenario, &contender_scenario}, stop);
  Workbench baseline(servers, claim, scenario, screen.receiver(), stop);
  std::optional<Workbench> contender;
  if (patched || other) {
    contender.emplace(other ? *other : servers, claim, contender_scenario, screen.receiver(), stop);
  }
  AbOptions experiment = ab_options(command, resumed);
  experiment.note = [&](const Experiment& found, const Environment& before,
                        const Environment& after, const std::optional<IndexReview>& index_review) {
    return experiment_note(found, change, before, after, files_not_committed(stop), index_review);
  };
  const AbArms arms{baseline, contender ? *contender : baseline};
  const AbOutcome outcome = naming_dead_servers({&servers, other ? &*other : &servers},
                                                [&] { return run_ab(arms, change, experiment); });
  screen.clear();
  const std::vector<std::string> next = next_steps(options, outcome.folder.string());
  write_outputs(outputs, experiment_render({outcome.experiment, outcome.folder, next,
                                            options.scenario, command.change}));
  return outcome.experiment.exit_code;
}

}  // namespace

void add_ab_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<AbCommand>();
  CLI::App* command =
      app.add_subcommand("ab", "Weigh a change: baseline and contender in random pairs");
  add_measure_options(*command, options.measure, ResultsOption::wanted, ScenarioOption::optional);
  command->add_option("--change", options.change, "The change file");
  auto* pairs = command->add_option("--pairs", options.pairs,
                                    "Exactly so many pairs of trials; without it until a verdict, "
                                    "looked at after 6, 10, 15, 20 and at most 30");
  pairs->check(CLI::Range(2, 1000));
  command
      ->add_option("--budget", options.budget_s,
                   "The best answer that this time buys: 90s, 20m, 2h; no pair is begun that would "
                   "end later")
      ->transform(
          CLI::AsNumberWithUnit(std::map<std::string, int>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"))
      ->check(CLI::Range(1, 7 * 24 * 3600))
      ->excludes(pairs);
  command
      ->add_option("--resume", options.resume,
                   "Go on with an experiment that was interrupted; its files, --set and pairs hold")
      ->type_name("FOLDER");
  command->add_flag("--allow-shell", options.allow_shell,
                    "Let the change's shell steps run on this machine");
  add_output_options(*command, options.output);
  command->footer(
      "\nExamples:\n  tare ab scenarios/debian-archive/scenario.json \\\n"
      "      --change scenarios/debian-archive/changes/index-relation-target.json\n"
      "  tare ab scenario.json --change change.json --pairs 10 --set rate_per_s=500\n"
      "  tare ab scenario.json --change change.json --budget 20m\n"
      "  tare ab scenario.json --change change.json --postgres env --redis env\n"
      "  tare ab scenario.json --change change.json --format junit -o tare.xml \\\n"
      "      --format markdown -o \"$GITHUB_STEP_SUMMARY\" --format text,github\n"
      "  tare ab --resume results/shop/2026-01-31T12-00-00Z-ab-index-unfinished\n\n"
      "Exit codes: 0 nothing worse and every expectation met, 1 regressed or missed,\n"
      "2 inconclusive, 3 not valid, 4 usage or file error.\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return ab(options, stop); };
  });
}

}  // namespace tare
