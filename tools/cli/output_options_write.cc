// Writing what was planned.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "bench/model/errors.h"
#include "tools/cli/output_options.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

// Whether the file is the summary of a step of GitHub Actions.
bool is_step_summary(const fs::path& file) {
  const char* summary = std::getenv("GITHUB_STEP_SUMMARY");
  return summary != nullptr && *summary != '\0' && file == fs::path(summary);
}

bool written(const fs::path& file, const std::string& text) {
  std::ofstream stream(
      file, std::ios::binary | (is_step_summary(file) ? std::ios::app : std::ios::trunc));
  stream << text;
  stream.close();
  return bool(stream);
}

}  // namespace

void write_outputs(const std::vector<Output>& outputs, const Render& render) {
  std::vector<std::string> refused;
  for (const Output& output : outputs) {
    if (output.file.empty()) {
      fmt::print("{}", render(output.format, style_for(STDOUT_FILENO)));
      continue;
    }
    Style style = style_for(STDOUT_FILENO);
    style.colour = Colour::off;
    if (!written(output.file, render(output.format, style))) {
      refused.push_back(output.file.string());
    }
  }
  std::fflush(stdout);
  if (!refused.empty()) {
    throw UsageError(fmt::format(
        "{} cannot be written; `tare show FOLDER`, or the same `tare compare`, with the "
        "same --format and another -o says it again",
        fmt::join(refused, ", ")));
  }
}

}  // namespace tare
