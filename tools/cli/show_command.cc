// tare show: prints what a result or experiment folder holds; computes nothing anew.
#include <fmt/core.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "tools/cli/command.h"
#include "tools/cli/experiment_outputs.h"
#include "tools/cli/output_options.h"
#include "tools/compare/experiment_file.h"
#include "tools/compare/unfinished_file.h"
#include "tools/report/counter_lines.h"
#include "tools/report/run_table.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

struct ShowOptions {
  fs::path folder;
  OutputOptions output;
  bool counters = false;          // all that the servers counted
  std::string plan;               // OPERATION or OPERATION/STEP; empty: the whole
  std::string arm = "contender";  // of an experiment's plan
};

enum class Kind { result, experiment, unfinished };

Kind kind_of(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    throw UsageError(
        fmt::format("{} is not a folder; name the folder of a result or an "
                    "experiment, as `tare run` and `tare ab` print it",
                    folder.string()));
  }
  if (fs::is_regular_file(folder / "experiment.json", ignored)) return Kind::experiment;
  if (fs::is_regular_file(folder / "result.json", ignored)) return Kind::result;
  if (is_unfinished(folder)) return Kind::unfinished;
  throw UsageError(fmt::format(
      "{} holds no result: neither experiment.json nor result.json is in it", folder.string()));
}

// The folder whose plans are meant: the result itself, or the arm's first trial.
fs::path plans_folder(const ShowOptions& options) {
  const Kind kind = kind_of(options.folder);
  if (kind == Kind::result) return options.folder;
  const Experiment experiment = kind == Kind::unfinished
                                    ? read_unfinished(options.folder).experiment
                                    : read_experiment(options.folder);
  if (experiment.pairs.empty()) {
    throw UsageError(fmt::format("{} has no trials", options.folder.string()));
  }
  const ExperimentPair& pair = experiment.pairs.front();
  return options.folder / (options.arm == "baseline" ? pair.baseline : pair.contender);
}

std::string plan_text(const ShowOptions& options) {
  const fs::path folder = plans_folder(options);
  const Result result = read_result(folder);
  // An operation's name has no slash; a step's may.
  const size_t slash = options.plan.find('/');
  const std::string operation = options.plan.substr(0, slash);
  const std::string step = slash == std::string::npos ? "" : options.plan.substr(slash + 1);
  std::set<std::string> known;
  const Plan* failed = nullptr;
  for (const Plan& plan : result.plans) {
    known.insert(plan.operation + "/" + plan.step);
    if (plan.operation != operation || (!step.empty() && plan.step != step)) continue;
    if (plan.error.empty()) return nlohmann::ordered_json::parse(plan.explain_json).dump(2) + "\n";
    failed = &plan;
  }
  if (failed != nullptr) {
    throw UsageError(fmt::format("there is no plan of {}/{}: {}", failed->operation, failed->step,
                                 failed->error));
  }
  throw UsageError(fmt::format("{} holds no plan of {}; it holds {}", folder.string(), options.plan,
                               known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

std::string counters_text(const ShowOptions& options) {
  const fs::path folder = plans_folder(options);
  const Result result = read_result(folder);
  if (!result.counters) {
    throw UsageError(fmt::format("{} holds no counters of the servers: an older tare wrote it",
                                 folder.string()));
  }
  return counters_table(*result.counters, Style());
}

// Of what is no experiment: text or JSON.
Render plain_render(const ShowOptions& options, Kind kind) {
  return [&options, kind](Format format, const Style& style) -> std::string {
    const std::string folder = options.folder.string();
    if (format != Format::text && format != Format::json) {
      throw UsageError(
          fmt::format("{} holds no finished experiment: only --format text and json "
                      "are there for it",
                      folder));
    }
    if (kind == Kind::unfinished) {
      const Unfinished unfinished = read_unfinished(options.folder);
      if (format == Format::json) return read_whole_file(options.folder / "unfinished.json");
      return fmt::format(
          "{}: unfinished, {} of {} pairs, no verdict yet\nnext: tare ab --resume {}\n",
          unfinished.experiment.change, pairs_begun(unfinished.experiment), unfinished.pairs,
          folder);
    }
    const Result result = read_result(options.folder);
    if (format == Format::json) return result_to_json(result);
    return run_table(result, {}, folder, {}, style);
  };
}

int show(const ShowOptions& options) {
  const std::vector<Output> outputs = planned_outputs(options.output);
  if (!options.plan.empty()) {
    fmt::print("{}", plan_text(options));
    return 0;
  }
  if (options.counters) {
    fmt::print("{}", counters_text(options));
    return 0;
  }
  const Kind kind = kind_of(options.folder);
  if (kind == Kind::experiment) {
    write_outputs(outputs,
                  experiment_render({read_experiment(options.folder), options.folder, {}, "", ""}));
  } else {
    write_outputs(outputs, plain_render(options, kind));
  }
  return 0;
}

}  // namespace

void add_show_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "Print a result or an experiment");
  command->add_option("FOLDER", options.folder, "Folder of a result or an experiment")->required();
  add_output_options(*command, options.output);
  command->add_option("--plan", options.plan,
                      "Print the plan of OPERATION or OPERATION/STEP as PostgreSQL's JSON");
  command->add_flag("--counters", options.counters,
                    "Print all that the servers counted in a run, or in an arm's first trial");
  command
      ->add_option("--arm", options.arm,
                   "Whose plan or counters in an experiment: baseline or contender")
      ->check(CLI::IsMember({"baseline", "contender"}))
      ->capture_default_str();
  command->footer(
      "\nExamples:\n"
      "  tare show results/debian-archive-index\n"
      "  tare show results/debian-archive-index --format json\n"
      "  tare show results/debian-archive-index --format markdown -o comment.md\n"
      "  tare show results/debian-archive-index --format gbench -o trials.json\n"
      "  tare show results/debian-archive-index --plan reverse_depends --arm baseline\n"
      "\nThe plan is what PEV2 (explain.dalibo.com) opens.\n");
  command->callback(
      [&options, &line] { line.chosen = [&options](std::stop_token) { return show(options); }; });
}

}  // namespace tare
