// tare compare: the verdict of a finished experiment made anew, or of two arms measured before.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "bench/model/errors.h"
#include "bench/model/metric.h"
#include "bench/model/near_miss.h"
#include "bench/model/result_file.h"
#include "tools/cli/allow_option.h"
#include "tools/cli/command.h"
#include "tools/cli/experiment_outputs.h"
#include "tools/cli/measure_options.h"
#include "tools/cli/output_options.h"
#include "tools/cli/share_option.h"
#include "tools/compare/experiment_verdict.h"
#include "tools/compare/measured_arm.h"
#include "tools/compare/reanalysis.h"
#include "tools/compare/stored_plan_maps.h"
#include "tools/report/cells.h"
#include "tools/report/markdown_text.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr int kInvalid = 3;
constexpr std::chrono::seconds kSilent{2};  // what ends before needs no progress

using Margins = std::map<std::string, double>;

struct CompareCommand {
  std::string baseline, contender;
  std::vector<std::string> margins, allowed;
  OutputOptions output;
};

// What is not as it was stored, because a person wants to know.
struct OtherCriteria {
  Margins margins;
  std::set<std::string> allowed;

  bool any() const { return !margins.empty() || !allowed.empty(); }
};

// "response_time_p99=5%" or "=0.05".
void add_margin(const std::string& text, Margins& margins) {
  const std::vector<std::string> known(std::begin(kMetricNames), std::end(kMetricNames));
  const size_t equals = text.find('=');
  const std::string metric = text.substr(0, equals);
  if (equals == std::string::npos) {
    throw UsageError(
        fmt::format("--margin {}: write METRIC=SHARE, as response_time_tm95=5%", text));
  }
  if (std::find(known.begin(), known.end(), metric) == known.end()) {
    throw UsageError(fmt::format("--margin {}: there is no metric \"{}\"{}", text, metric,
                                 suggestion(metric, known)));
  }
  margins[metric] = parse_share("--margin " + text, text.substr(equals + 1));
}

// What a person reads has these lines below it; what a program reads stays as it is.
Render with_lines(Render render, std::vector<std::string> lines) {
  return [render = std::move(render), lines = std::move(lines)](Format format, const Style& style) {
    std::string text = render(format, style);
    if (format == Format::markdown && !lines.empty()) text += "\n";
    for (const std::string& line : lines) {
      if (format == Format::text) text += harmless(line) + "\n";
      if (format == Format::markdown) text += "- " + markdown_text(line) + "\n";
    }
    return text;
  };
}

TrialsRead progress_of(ProgressScreen& screen, std::stop_token stop) {
  const auto started = std::chrono::steady_clock::now();
  return [receiver = screen.receiver(), started, stop](size_t done, size_t all) {
    if (stop.stop_requested()) throw Interrupted();
    if (std::chrono::steady_clock::now() - started < kSilent) return;
    StageProgress stage;
    stage.stage = fmt::format("read trial {} of {}", done + 1, all);
    receiver(stage);
  };
}

std::vector<std::string> lines_about(const Experiment& stored, const Experiment& recomputed,
                                     const std::vector<std::string>& different,
                                     const OtherCriteria& other) {
  const std::string from = fmt::format("recomputed from {} stored trials", 2 * stored.pairs.size());
  if (other.any()) {
    std::vector<std::string> others;
    for (const auto& [metric, margin] : other.margins) {
      others.push_back(fmt::format("{} = {}", metric, share_cell(margin)));
    }
    std::string what =
        others.empty() ? "" : fmt::format("other margins: {}", fmt::join(others, ", "));
    if (!other.allowed.empty()) {
      what += fmt::format("{}{} allowed to differ", what.empty() ? "" : ", ",
                          fmt::join(other.allowed, ", "));
    }
    return {
        fmt::format("{} with {}; with the stored ones: {}", from, what, overall_verdict(stored))};
  }
  if (different.empty()) return {from + ": the same as stored, to the last bit"};
  std::vector<std::string> lines = {
      fmt::format("{}: NOT the same as stored ({} against {}), so one of the files has been "
                  "changed, or another tare wrote them",
                  from, overall_verdict(recomputed), overall_verdict(stored))};
  for (const std::string& line : different) lines.push_back("differs: " + line);
  return lines;
}

int recompute(const CompareCommand& command, const OtherCriteria& other,
              const std::vector<Output>& outputs, std::stop_token stop) {
  const fs::path folder = command.baseline;
  require_experiment(command.baseline);
  const fs::path file = folder / "experiment.json";
  const std::string text = read_whole_file(file);
  const Experiment stored = experiment_from_json(text, file.string());
  if (!stored.criteria) {
    throw UsageError(
        fmt::format("{} is too old to be re-analysed: it was written by a tare that did not store "
                    "what its verdict was held against; `tare show {}` prints it",
                    folder.string(), folder.string()));
  }
  ProgressScreen screen;
  const std::vector<PairSample> samples = read_pairs(folder, stored, progress_of(screen, stop));
  screen.clear();
  Experiment experiment = stored;
  for (const auto& [metric, margin] : other.margins) {
    experiment.criteria->margins[metric] = margin;
  }
  experiment.criteria->declared.allowed.insert(other.allowed.begin(), other.allowed.end());
  if (experiment.plans) experiment.plans = stored_map_difference(folder, *experiment.criteria);
  experiment = made_anew(std::move(experiment), samples);
  std::vector<std::string> different;
  if (!other.any()) different = differences(text, experiment_to_json(experiment));
  write_outputs(outputs, with_lines(experiment_render({experiment, folder, {}, "", ""}),
                                    lines_about(stored, experiment, different, other)));
  if (different.empty()) return experiment.exit_code;
  fmt::print(stderr, "tare: {} does not follow from its trials: {}{}\n", file.string(),
             harmless(different.front()),
             different.size() > 1 ? fmt::format(", and {} more", different.size() - 1) : "");
  return kInvalid;
}

int compare_two(const CompareCommand& command, const OtherCriteria& other,
                const std::vector<Output>& outputs, std::stop_token stop) {
  ProgressScreen screen;
  const MeasuredArm baseline = read_arm(command.baseline, progress_of(screen, stop));
  const MeasuredArm contender = read_arm(command.contender, progress_of(screen, stop));
  screen.clear();
  ComparedArms arms = pair_up(baseline, contender, other.margins, other.allowed);
  const Experiment experiment = judged(std::move(arms.experiment), arms.samples);
  const std::vector<std::string> lines = {"baseline: " + arm_words(baseline),
                                          "contender: " + arm_words(contender)};
  write_outputs(outputs,
                with_lines(experiment_render({experiment, contender.folder, {}, "", ""}), lines));
  return experiment.exit_code;
}

int compare(const CompareCommand& command, std::stop_token stop) {
  const std::vector<Output> outputs = planned_outputs(command.output);
  OtherCriteria other;
  for (const std::string& margin : command.margins) add_margin(margin, other.margins);
  other.allowed = parse_allowed(command.allowed);
  return command.contender.empty() ? recompute(command, other, outputs, stop)
                                   : compare_two(command, other, outputs, stop);
}

}  // namespace

void add_compare_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<CompareCommand>();
  CLI::App* command = app.add_subcommand(
      "compare", "Make a stored experiment's verdict anew, or compare two measured before");
  command
      ->add_option("BASELINE", options.baseline,
                   "Folder of an experiment (its contender arm), FOLDER:baseline, "
                   "FOLDER:contender, or folder of a run; alone: the experiment to recompute")
      ->required();
  command->add_option("CONTENDER", options.contender, "What is held against it, named likewise");
  command
      ->add_option("--margin", options.margins,
                   "Judge METRIC with this margin instead of the stored one: "
                   "response_time_tm95=5%; may be given several times")
      ->type_name("METRIC=SHARE")
      ->take_all()
      ->allow_extra_args(false);
  add_allow_option(*command, options.allowed);
  add_output_options(*command, options.output);
  command->footer(
      "\nExamples:\n"
      "  tare compare results/shop/2026-01-31T12-00-00Z-ab-index\n"
      "  tare compare results/shop/2026-01-31T12-00-00Z-ab-index --margin response_time_tm95=5%\n"
      "  tare compare results/shop/LAST-WEEK:baseline results/shop/TODAY:baseline\n"
      "  tare compare results/shop/LAST-WEEK results/shop/TODAY --format markdown -o both.md\n"
      "  tare compare results/shop/2026-01-30T12-00-00Z-run results/shop/2026-01-31T12-00-00Z-run\n"
      "\nOne folder: every verdict is made anew from the stored trials alone, and held against "
      "the\nstored one; that it differs is exit code 3. Two: an experiment's folder stands for "
      "its\n"
      "contender arm, the state with the change. Arms measured apart are no random pairs, so what\n"
      "changed on the machine between them is part of the difference: the output says so, and "
      "what\n"
      "differs in the environment makes it not valid (--allow GROUP).\n\n"
      "Exit codes: 0 nothing worse, 1 regressed or missed, 2 inconclusive, 3 not valid, not\n"
      "comparable or not as stored, 4 usage or file error.\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return compare(options, stop); };
  });
}

}  // namespace tare
