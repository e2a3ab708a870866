#include "tools/cli/output_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "bench/model/errors.h"
#include "bench/model/near_miss.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kNames = {"text",   "markdown", "json",         "junit",
                                         "github", "gbench",   "gbench-median"};

// A name on the command line and the file that was given for it.
struct Wanted {
  std::string name;
  std::optional<std::string> file;
};

std::vector<std::string> names_in(const std::string& list) {
  std::vector<std::string> names;
  std::istringstream stream(list + ",");
  for (std::string name; std::getline(stream, name, ',');) {
    if (std::find(kNames.begin(), kNames.end(), name) == kNames.end()) {
      throw UsageError(fmt::format("--format {}: there is no format \"{}\"{}; there are {}", list,
                                   name, suggestion(name, kNames), fmt::join(kNames, ", ")));
    }
    names.push_back(name);
  }
  return names;
}

// Each -o follows its --format; a list of names has as many as names, or none.
std::vector<Wanted> wanted_in_turn(const std::vector<OutputArgument>& arguments) {
  std::vector<Wanted> wanted;
  size_t first = 0, next = 0;  // of the last --format; of its names without a file
  const auto close = [&] {
    if (next > first && next < wanted.size()) {
      throw UsageError(
          fmt::format("--format {} has fewer -o than names: give each format its own "
                      "--format NAME -o FILE",
                      wanted[first].name));
    }
  };
  for (const OutputArgument& argument : arguments) {
    if (argument.kind == OutputArgument::Kind::format) {
      close();
      first = next = wanted.size();
      for (const std::string& name : names_in(argument.value)) wanted.push_back({name, {}});
    } else if (next < wanted.size()) {
      wanted[next++].file = argument.value;
    } else {
      throw UsageError(
          fmt::format("which format is -o {} for? Write each after its own: --format NAME -o FILE",
                      argument.value));
    }
  }
  close();
  return wanted;
}

std::vector<Wanted> wanted_by(const std::vector<OutputArgument>& arguments) {
  std::vector<Wanted> wanted;
  std::vector<std::string> files;
  for (const OutputArgument& argument : arguments) {
    if (argument.kind == OutputArgument::Kind::file) {
      files.push_back(argument.value);
      continue;
    }
    for (const std::string& name : names_in(argument.value)) wanted.push_back({name, {}});
  }
  if (files.size() != wanted.size()) return wanted_in_turn(arguments);
  for (size_t i = 0; i < files.size(); ++i) wanted[i].file = files[i];
  return wanted;
}

// "trials.json" -> "trials.baseline.json".
fs::path file_of_arm(const fs::path& file, const std::string& arm) {
  return file.parent_path() / (file.stem().string() + "." + arm + file.extension().string());
}

Format format_of(const std::string& name) {
  const std::vector<std::pair<std::string_view, Format>> formats = {
      {"text", Format::text},     {"markdown", Format::markdown},
      {"json", Format::json},     {"junit", Format::junit},
      {"github", Format::github}, {"gbench-median", Format::gbench_median}};
  for (const auto& [word, format] : formats) {
    if (word == name) return format;
  }
  return Format::text;
}

// A document that a program reads whole: nothing may stand beside it.
bool stands_alone(Format format) {
  return format == Format::json || format == Format::junit || format == Format::gbench_median;
}

void check_standard_output(const std::vector<Output>& outputs, const std::vector<Wanted>& wanted) {
  size_t count = 0;
  bool alone = false;
  for (const Output& output : outputs) {
    if (!output.file.empty()) continue;
    ++count;
    alone |= stands_alone(output.format);
  }
  if (count < 2 || !alone) return;
  std::vector<std::string> names;
  for (const Wanted& each : wanted) {
    if (!each.file || *each.file == "-") names.push_back(each.name);
  }
  throw UsageError(fmt::format(
      "{} would all be on standard output, where no program can tell them apart: give all but one "
      "of them -o FILE",
      fmt::join(names, ", ")));
}

void check_file(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) {
    throw UsageError(fmt::format("-o {} is a folder; name a file", file.string()));
  }
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) {
    throw UsageError(
        fmt::format("-o {}: there is no folder {}; make it first", file.string(), folder.string()));
  }
  const bool exists = fs::exists(file, ignored);
  if (::access(exists ? file.c_str() : folder.c_str(), W_OK) != 0) {
    throw UsageError(fmt::format("-o {} may not be written; name another file", file.string()));
  }
}

void check_files(const std::vector<Output>& outputs) {
  std::vector<fs::path> seen;
  for (const Output& output : outputs) {
    if (output.file.empty()) continue;
    check_file(output.file);
    const fs::path file = fs::weakly_canonical(output.file);
    if (std::find(seen.begin(), seen.end(), file) != seen.end()) {
      throw UsageError(fmt::format("-o {} is given twice: each format needs a file of its own",
                                   output.file.string()));
    }
    seen.push_back(file);
  }
}

}  // namespace

void add_output_options(CLI::App& command, OutputOptions& options) {
  options.command = &command;
  // Without extra arguments: what follows may be the folder or the scenario.
  command
      .add_option("--format", options.formats,
                  "text (without any --format), markdown, json, junit, github (annotations), "
                  "gbench, gbench-median; may be given several times")
      ->type_name("NAME[,..]")
      ->take_all()
      ->allow_extra_args(false);
  command
      .add_option("-o,--output", options.files,
                  "Where the --format before it goes, instead of standard output")
      ->type_name("FILE")
      ->take_all()
      ->allow_extra_args(false);
}

std::vector<Output> planned_outputs(const OutputOptions& options) {
  std::vector<OutputArgument> arguments;
  size_t format = 0, file = 0;
  for (const CLI::Option* option : options.command->parse_order()) {
    if (option->check_name("--format") && format < options.formats.size()) {
      arguments.push_back({OutputArgument::Kind::format, options.formats[format++]});
    } else if (option->check_name("--output") && file < options.files.size()) {
      arguments.push_back({OutputArgument::Kind::file, options.files[file++]});
    }
  }
  return planned_outputs(arguments);
}

std::vector<Output> planned_outputs(const std::vector<OutputArgument>& arguments) {
  const std::vector<Wanted> wanted = wanted_by(arguments);
  std::vector<Output> outputs;
  for (const Wanted& each : wanted) {
    if (each.file && each.file->empty()) {
      throw UsageError(fmt::format("-o for {} is empty; name a file", each.name));
    }
    const fs::path file = !each.file || *each.file == "-" ? "" : *each.file;
    if (each.name != "gbench") {
      outputs.push_back({format_of(each.name), file});
    } else if (file.empty()) {
      throw UsageError(
          "gbench is two files, one for each arm: say --format gbench -o trials.json for "
          "trials.baseline.json and trials.contender.json");
    } else {
      outputs.push_back({Format::gbench_baseline, file_of_arm(file, "baseline")});
      outputs.push_back({Format::gbench_contender, file_of_arm(file, "contender")});
    }
  }
  check_standard_output(outputs, wanted);
  check_files(outputs);
  const bool said = std::any_of(outputs.begin(), outputs.end(),
                                [](const Output& output) { return output.file.empty(); });
  if (!said) outputs.insert(outputs.begin(), Output());
  return outputs;
}

}  // namespace tare
