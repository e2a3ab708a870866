// --format and -o: in which forms a command says what it found, and where each goes.
// Level: cli. Values filled by CLI11; functions write files and standard output.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tools/report/style.h"

namespace CLI {
class App;
}

namespace tare {

enum class Format {
  text,
  markdown,
  json,
  junit,
  github,
  gbench_baseline,  // "gbench" is both of these
  gbench_contender,
  gbench_median,
};

struct Output {
  Format format = Format::text;
  std::filesystem::path file;  // empty: standard output

  friend bool operator==(const Output&, const Output&) = default;
};

// One --format NAME[,..] or -o FILE, as they stood on the command line.
struct OutputArgument {
  enum class Kind { format, file } kind;
  std::string value;
};

struct OutputOptions {
  std::vector<std::string> formats, files;
  const CLI::App* command = nullptr;  // knows their order
};

void add_output_options(CLI::App& command, OutputOptions& options);

// What is to be written, in the order of the formats; the text comes first when no format goes to
// standard output. An -o belongs to the --format before it, or the n-th to the n-th when there are
// as many of both. Throws UsageError with what to write instead, also where a file could not be
// made: an experiment takes too long to find that out at its end.
std::vector<Output> planned_outputs(const OutputOptions& options);
std::vector<Output> planned_outputs(const std::vector<OutputArgument>& arguments);

// Writes what `render` makes of each format. The file that GITHUB_STEP_SUMMARY names is added to,
// as its other writers do; any other is made anew. A file that cannot be written is named in a
// UsageError after everything else has been.
using Render = std::function<std::string(Format, const Style&)>;
void write_outputs(const std::vector<Output>& outputs, const Render& render);

}  // namespace tare
