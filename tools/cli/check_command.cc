// tare check: what a file would do, without connecting to anything.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "bench/model/change_reader.h"
#include "bench/model/errors.h"
#include "bench/model/scenario_reader.h"
#include "loaders/apt_index.h"
#include "tools/cli/check_command_report.h"
#include "tools/cli/command.h"
#include "tools/cli/measure_options.h"
#include "tools/report/cells.h"

namespace tare {
namespace {

struct CheckOptions {
  std::filesystem::path file;
  std::filesystem::path change;
  std::vector<std::string> settings;
  std::string format = "text";
};

// Reads one file; its problems join those of the others.
template <class Read>
auto collect(Read read, std::vector<Problem>& problems) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const FileProblems& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    return std::nullopt;
  }
}

int check_change(const CheckOptions& options) {
  if (!options.change.empty() || !options.settings.empty()) {
    throw UsageError(
        fmt::format("{} is a change; --change and --set belong to a scenario: tare "
                    "check SCENARIO --change {}",
                    options.file.string(), options.file.string()));
  }
  const Change change = read_change(options.file);
  fmt::print("{}", options.format == "json" ? check_json(nullptr, nullptr, &change, {})
                                            : harmless_lines(check_text(change)));
  return 0;
}

// A machine without an apt index can still check a file.
AptRowCounts apt_counts(std::vector<std::string>& notes, std::stop_token stop) {
  return [&notes, stop]() -> std::map<std::string, int64_t> {
    try {
      const AptIndexCounts counts = count_apt_index(stop);
      return {
          {"packages", counts.packages}, {"relations", counts.relations}, {"tags", counts.tags}};
    } catch (const std::runtime_error& error) {
      if (stop.stop_requested()) throw;
      notes.push_back(error.what());
      return {};
    }
  };
}

void note_rare_operations(const Forecast& forecast, std::vector<std::string>& notes) {
  constexpr double kFew = 20;
  if (forecast.measured_requests == 0) return;  // a closed loop: nobody can tell
  for (const OperationForecast& operation : forecast.operations) {
    if (operation.measured_requests >= kFew || operation.of_job) continue;
    notes.push_back(fmt::format(
        "{}: about {:.1f} requests in the measured window, too few for a figure to hold; raise its "
        "share of the mix, the rate or measure_s",
        operation.name, operation.measured_requests));
  }
}

int check_scenario(const CheckOptions& options, std::stop_token stop) {
  const auto settings = parse_settings(options.settings);
  std::vector<Problem> problems;
  const auto scenario = collect([&] { return read_scenario(options.file, settings); }, problems);
  std::optional<Change> change;
  if (!options.change.empty()) {
    change = collect([&] { return read_change(options.change); }, problems);
  }
  if (scenario && change) {
    const auto more = check_change_against(*change, *scenario);
    problems.insert(problems.end(), more.begin(), more.end());
  }
  if (scenario && change && problems.empty() && change->scenario_patch) {
    collect([&] { return read_patched_scenario(options.file, settings, *change); }, problems);
  }
  if (!problems.empty()) throw FileProblems(std::move(problems));

  std::vector<std::string> notes;
  const Forecast result = forecast(*scenario, apt_counts(notes, stop));
  note_rare_operations(result, notes);
  if (options.format == "json") {
    fmt::print("{}", check_json(&*scenario, &result, change ? &*change : nullptr, notes));
    return 0;
  }
  fmt::print("{}", harmless_lines(check_text(*scenario, result, notes)));
  if (change) fmt::print("\n{}", harmless_lines(check_text(*change)));
  return 0;
}

bool is_change(const CheckOptions& options) {
  std::vector<Problem> told_again;  // by whoever reads the file next
  return collect([&] { return is_change_file(options.file); }, told_again).value_or(false);
}

int check(const CheckOptions& options, std::stop_token stop) {
  return is_change(options) ? check_change(options) : check_scenario(options, stop);
}

}  // namespace

void add_check_command(CLI::App& app, CommandLine& line) {
  auto& options = line.keep<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "Say what a scenario or change file would do, without doing it");
  command->add_option("file", options.file, "The scenario or change file")->required();
  command->add_option("--change", options.change, "A change to check against the scenario")
      ->type_name("FILE");
  command->add_option("--set", options.settings, "Override a parameter: name=value")
      ->type_name("NAME=VALUE")
      ->take_all();
  command->add_option("--format", options.format, "text or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  command->footer(
      "\nExamples:\n  tare check scenarios/debian-archive/scenario.json --set rate_per_s=500\n"
      "  tare check scenarios/debian-archive/scenario.json \\\n"
      "      --change scenarios/debian-archive/changes/index-relation-target.json\n");
  command->callback([&options, &line] {
    line.chosen = [&options](std::stop_token stop) { return check(options, stop); };
  });
}

}  // namespace tare
