// tare ab: the experiment, a change against the baseline in random pairs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "bench/model/change_reader.h"
#include "bench/model/problem.h"
#include "bench/model/scenario_reader.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/experiment/ab_experiment.h"
#include "tools/experiment/environment.h"
#include "tools/report/experiment_note.h"
#include "tools/report/experiment_table.h"

namespace tare {
namespace {

struct AbCommand {
  MeasureOptions measure;
  std::filesystem::path change;
  int pairs = 6;
  bool allow_shell = false;
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
std::optional<Sandbox> contender_sandbox(const MeasureOptions& options, const Change& change,
                                         std::stop_token stop) {
  if (!change.binaries.any()) return std::nullopt;
  if (!options.sandbox.empty()) {
    throw UsageError(
        "a change of the servers' programs needs throwaway sandboxes, one for each arm: leave "
        "--sandbox out");
  }
  SandboxOptions sandbox;
  sandbox.postgres_bin =
      change.binaries.postgres_bin.empty() ? options.postgres_bin : change.binaries.postgres_bin;
  sandbox.redis_server = change.binaries.redis_server;
  if (options.tcp) sandbox.reach = SandboxOptions::Reach::loopback;
  return Sandbox::start(sandbox, stop);
}

int ab(const AbCommand& command, std::stop_token stop) {
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
  Sandbox sandbox = open_sandbox(options, stop);
  std::optional<Sandbox> other = contender_sandbox(options, change, stop);
  Workbench baseline(sandbox, scenario, screen.receiver(), stop);
  std::optional<Workbench> contender;
  if (patched || other) {
    contender.emplace(other ? *other : sandbox, patched ? *patched : scenario, screen.receiver(),
                      stop);
  }
  const NoteWriter note = [&](const Experiment& experiment, const Environment& before,
                              const Environment& after,
                              const std::optional<IndexReview>& index_review) {
    return experiment_note(experiment, change, before, after, files_not_committed(stop),
                           index_review);
  };
  const AbArms arms{baseline, contender ? *contender : baseline};
  const AbOutcome outcome = naming_dead_servers({&sandbox, other ? &*other : &sandbox}, [&] {
    return run_ab(arms, change, {command.pairs, options.results, note});
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
  command->add_flag("--allow-shell", options.allow_shell,
                    "Let the change's shell steps run on this machine");
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
