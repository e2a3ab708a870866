// tare ab: the experiment, a change against the baseline in random pairs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "bench/model/change_reader.h"
#include "bench/model/problem.h"
#include "bench/model/scenario_reader.h"
#include "bench/model/spin.h"
#include "bench/model/turns.h"
#include "tools/cli/allow_option.h"
#include "tools/cli/command.h"
#include "tools/cli/experiment_outputs.h"
#include "tools/cli/measure_options.h"
#include "tools/cli/output_options.h"
#include "tools/experiment/ab_experiment.h"
#include "tools/experiment/environment.h"
#include "tools/experiment/injection.h"
#include "tools/report/experiment_note.h"

namespace tare {
namespace {

struct AbCommand {
  MeasureOptions measure;
  std::filesystem::path change;
  int pairs = 0;     // exactly so many; 0: until a verdict, or as the resumed experiment
  int budget_s = 0;  // 0: none
  std::filesystem::path resume;
  std::filesystem::path pool;  // a finished experiment whose pairs count too
  bool allow_shell = false;
  std::string inject;     // instead of a change
  int interleave_ms = 0;  // 0: one arm after the other
  std::vector<std::string> allowed;
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

// Servers of their own for a contender with other programs, or that takes turns.
std::optional<Servers> contender_servers(const AbCommand& command, const Change& change,
                                         std::stop_token stop) {
  const bool interleaved = command.interleave_ms > 0;
  if (!change.binaries.any() && !interleaved) return std::nullopt;
  SandboxOptions sandbox = sandbox_options(command.measure);
  if (!change.binaries.postgres_bin.empty()) sandbox.postgres_bin = change.binaries.postgres_bin;
  sandbox.redis_server = change.binaries.redis_server;
  return open_own_servers(command.measure, sandbox,
                          interleaved ? "--interleave" : "a change of the servers' programs", stop);
}

// With --resume the files and settings are those of the experiment.
std::optional<Unfinished> take_up(AbCommand& command) {
  MeasureOptions& options = command.measure;
  if (command.resume.empty()) {
    const bool weighs = !command.change.empty() || !command.inject.empty();
    if (!options.scenario.empty() && weighs) return std::nullopt;
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
  command.interleave_ms = unfinished.turn_ms;
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
LooksPlan plan_of(const AbCommand& command, const std::optional<Unfinished>& resumed,
                  const std::optional<PooledExperiment>& pooled) {
  if (pooled) {
    const Experiment& before = pooled->experiment;
    const int pairs = std::max(before.comparison.pairs, pairs_begun(before));
    return plan_going_on({before.looks, before.repeats}, pairs, command.pairs);
  }
  if (resumed && resumed->experiment.looks.size() > 1) {
    return {command.pairs == 0 ? resumed->experiment.looks : looks_up_to(command.pairs)};
  }
  if (command.pairs > 0) return {{command.pairs}};
  return {resumed ? std::vector<int>{resumed->pairs} : standard_looks()};
}

AbOptions ab_options(const AbCommand& command, const std::optional<Unfinished>& resumed) {
  AbOptions options;
  if (!command.pool.empty()) options.pooled = read_pooled(command.pool);
  const LooksPlan plan = plan_of(command, resumed, options.pooled);
  options.looks = plan.looks;
  options.repeats = plan.repeats;
  if (command.budget_s > 0) options.budget = std::chrono::seconds(command.budget_s);
  options.results = command.measure.results;
  options.settings = parse_settings(command.measure.settings);
  options.allowed = parse_allowed(command.allowed);
  options.resumed = resumed;
  options.resumed_folder = command.resume;
  options.kept = [](const std::filesystem::path& folder, size_t pairs) {
    fmt::print(stderr, "tare: {} finished pair{} kept; go on with: tare ab --resume {}\n", pairs,
               pairs == 1 ? " is" : "s are", folder.string());
  };
  return options;
}

// What the arms run, and the change between them.
struct Weighed {
  Scenario baseline;
  std::optional<Scenario> contender;  // none: the same
  Change change;

  const Scenario& of_contender() const { return contender ? *contender : baseline; }
};

Weighed read_weighed(const AbCommand& command) {
  const MeasureOptions& options = command.measure;
  Weighed weighed;
  weighed.baseline = read_scenario(options.scenario, parse_settings(options.settings));
  if (!command.inject.empty()) return weighed;
  weighed.change = read_change(command.change);
  if (auto problems = check_change_against(weighed.change, weighed.baseline); !problems.empty()) {
    throw FileProblems(std::move(problems));
  }
  check_shell(weighed.change, command);
  if (weighed.change.scenario_patch) {
    weighed.contender =
        read_patched_scenario(options.scenario, parse_settings(options.settings), weighed.change);
  }
  return weighed;
}

void inject(const Injection& injection, std::optional<Nanoseconds> turn,
            const WorkbenchOf& bench_of, const std::filesystem::path& results, Weighed& weighed) {
  const Spin spin = calibrate_spin(weighed.baseline, injection, turn, bench_of, results);
  weighed.change = change_of(spin);
  weighed.contender = with_spin(weighed.baseline, injection.operation, spin.turns);
  weighed.baseline = with_spin(weighed.baseline, injection.operation, 1);
}

std::vector<std::string> steps_after(const AbCommand& command, const AbOutcome& outcome) {
  std::vector<std::string> next = next_steps(command.measure, outcome.folder.string());
  const int code = outcome.experiment.exit_code;
  const bool plain = command.pool.empty() && command.resume.empty() && command.inject.empty();
  if ((code == 1 || code == 2) && plain) {
    next.push_back(fmt::format("the same command with --pool {}{}   # ask again: its pairs count",
                               outcome.folder.string(),
                               command.pairs > 0 ? " and more --pairs" : ""));
  }
  return next;
}

int ab(AbCommand& command, std::stop_token stop) {
  const std::vector<Output> outputs = planned_outputs(command.output);
  parse_allowed(command.allowed);  // refused before anything is done
  const std::optional<Unfinished> resumed = take_up(command);
  const MeasureOptions& options = command.measure;
  const Injection injection =
      command.inject.empty() ? Injection() : parse_injection(command.inject);
  Weighed weighed = read_weighed(command);
  std::optional<Nanoseconds> turn;
  if (command.interleave_ms > 0) turn = std::chrono::milliseconds(command.interleave_ms);
  if (turn) weighed.baseline = with_turns(std::move(weighed.baseline), *turn);
  if (turn && weighed.contender) {
    weighed.contender = with_turns(std::move(*weighed.contender), *turn);
  }
  AbOptions experiment = ab_options(command, resumed);
  if (experiment.pooled) {
    require_same_question(*experiment.pooled,
                          {weighed.baseline, weighed.change.text, experiment.settings, turn});
  }
  ProgressScreen screen;
  std::optional<Servers> other = contender_servers(command, weighed.change, stop);
  Servers servers = open_servers(options, stop);
  const TargetClaim claim(servers, {&weighed.baseline, &weighed.of_contender()}, stop);
  const auto bench_on = [&](Servers& there, const Scenario& scenario) {
    return std::make_unique<Workbench>(there, claim, scenario, screen.receiver(), stop);
  };
  const auto bench_of = [&](const Scenario& scenario) { return bench_on(servers, scenario); };
  if (!command.inject.empty()) {
    naming_dead_servers({&servers}, [&] {
      inject(injection, turn, bench_of, options.results, weighed);
      return 0;
    });
  }
  const std::unique_ptr<Workbench> baseline = bench_of(weighed.baseline);
  std::unique_ptr<Workbench> contender, baseline_elsewhere, contender_elsewhere;
  if (weighed.contender || other) {
    contender = bench_on(other ? *other : servers, weighed.of_contender());
  }
  experiment.turn = turn;
  experiment.note = [&](const Experiment& found, const Environment& before,
                        const Environment& after, const std::optional<IndexReview>& index_review) {
    return experiment_note(found, weighed.change, before, after, files_not_committed(stop),
                           index_review);
  };
  AbArms arms{*baseline, contender ? *contender : *baseline};
  arms.own_servers = other.has_value();
  arms.twins =
      !command.inject.empty() || (!weighed.change.scenario_patch && !weighed.change.binaries.any());
  std::optional<AbArms> exchanged;
  if (turn && !weighed.change.binaries.any()) {
    baseline_elsewhere = bench_on(*other, weighed.baseline);
    contender_elsewhere = bench_of(weighed.of_contender());
    exchanged.emplace(AbArms{*baseline_elsewhere, *contender_elsewhere});
    arms.exchanged = &*exchanged;
  }
  const AbOutcome outcome = naming_dead_servers({&servers, other ? &*other : &servers}, [&] {
    return run_ab(arms, weighed.change, experiment);
  });
  screen.clear();
  write_outputs(
      outputs, experiment_render({outcome.experiment, outcome.folder, steps_after(command, outcome),
                                  options.scenario, command.change}));
  return outcome.experiment.exit_code;
}

}  // namespace

void add_ab_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<AbCommand>();
  CLI::App* command =
      app.add_subcommand("ab", "Weigh a change: baseline and contender in random pairs");
  add_measure_options(*command, options.measure, ResultsOption::wanted, ScenarioOption::optional);
  auto* change = command->add_option("--change", options.change, "The change file");
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
  auto* resume = command->add_option(
      "--resume", options.resume,
      "Go on with an experiment that was interrupted; its files, --set and pairs hold");
  resume->type_name("FOLDER");
  auto* pool = command->add_option(
      "--pool", options.pool,
      "Repeat a finished experiment of this scenario and change: its pairs count too, so that "
      "a failure is asked once more, not anew");
  pool->type_name("FOLDER")->excludes(resume);
  command
      ->add_option(
          "--inject", options.inject,
          "Instead of a change a known slowdown of the contender, done by its server: does "
          "tare find it here? +0% weighs the scenario against itself")
      ->type_name("OPERATION=+5%")
      ->excludes(change)
      ->excludes(pool)
      ->excludes(resume);
  add_interleave_option(*command, options.interleave_ms)->excludes(resume);
  command->add_flag("--allow-shell", options.allow_shell,
                    "Let the change's shell steps run on this machine");
  add_allow_option(*command, options.allowed);
  add_output_options(*command, options.output);
  command->footer(
      "\nExamples:\n  tare ab scenarios/debian-archive/scenario.json \\\n"
      "      --change scenarios/debian-archive/changes/index-relation-target.json\n"
      "  tare ab scenario.json --change change.json --pairs 10 --set rate_per_s=500\n"
      "  tare ab scenario.json --change change.json --budget 20m\n"
      "  tare ab scenario.json --change change.json --postgres env --redis env\n"
      "  tare ab scenario.json --change change.json --format junit -o tare.xml \\\n"
      "      --format markdown -o \"$GITHUB_STEP_SUMMARY\" --format text,github\n"
      "  tare ab scenario.json --inject author_page=+5%\n"
      "  tare ab scenario.json --change change.json --interleave 100ms\n"
      "  tare ab scenario.json --change change.json \\\n"
      "      --pool results/shop/2026-01-31T12-00-00Z-ab-index\n"
      "  tare ab --resume results/shop/2026-01-31T12-00-00Z-ab-index-unfinished\n\n"
      "Exit codes: 0 nothing worse and every expectation met, 1 regressed or missed,\n"
      "2 inconclusive, 3 not valid (as when more differs than the change's variable), 4 usage or\n"
      "file error.\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return ab(options, stop); };
  });
}

}  // namespace tare
