#include "tools/cli/measure_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace tare {

void add_measure_options(CLI::App& command, MeasureOptions& options, ResultsOption results) {
  command.add_option("scenario", options.scenario, "The scenario file")->required();
  command.add_option("--set", options.settings, "Override a parameter of the scenario: name=value")
      ->type_name("NAME=VALUE")
      ->take_all();
  command
      .add_option("--sandbox", options.sandbox,
                  "A sandbox kept by `tare sandbox start --dir DIR`; without it a throwaway one")
      ->type_name("DIR");
  command
      .add_option("--postgres-bin", options.postgres_bin,
                  "Folder with the initdb and postgres to use (13 to 18)")
      ->type_name("DIR");
  command.add_flag("--tcp", options.tcp, "The sandbox listens on loopback ports as well");
  if (results == ResultsOption::wanted) {
    command.add_option("--results", options.results, "Where result folders go")
        ->capture_default_str()
        ->type_name("DIR");
  }
}

std::map<std::string, std::string> parse_settings(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> parsed;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError(fmt::format("--set {}: write --set name=value", setting));
    }
    if (!parsed.emplace(setting.substr(0, equals), setting.substr(equals + 1)).second) {
      throw UsageError(fmt::format("--set {}: given twice", setting.substr(0, equals)));
    }
  }
  return parsed;
}

Sandbox open_sandbox(const MeasureOptions& options, std::stop_token stop) {
  if (!options.sandbox.empty()) {
    if (options.tcp || !options.postgres_bin.empty()) {
      throw UsageError(
          "--tcp and --postgres-bin belong to `tare sandbox start`, not to a sandbox that runs");
    }
    return Sandbox::attach(options.sandbox, stop);
  }
  SandboxOptions sandbox;
  sandbox.postgres_bin = options.postgres_bin;
  if (options.tcp) sandbox.reach = SandboxOptions::Reach::loopback;
  return Sandbox::start(sandbox, stop);
}

std::vector<std::string> next_steps(const MeasureOptions& options, const std::string& folder) {
  std::vector<std::string> steps = {fmt::format("tare show {}", folder)};
  if (options.sandbox.empty()) {
    steps.push_back(
        "tare sandbox start --dir /tmp/bench   # then --sandbox /tmp/bench: look at the "
        "servers with psql and redis-cli");
  } else {
    steps.push_back(fmt::format("tare sandbox status --dir {}   # how to reach the servers",
                                options.sandbox.string()));
  }
  return steps;
}

ProgressReceiver ProgressScreen::receiver() {
  return [this](const StageProgress& stage) {
    Progress progress;
    progress.stage = stage.stage;
    progress.elapsed = std::chrono::steady_clock::now() - started_;
    progress.remaining = stage.remaining;
    progress.rate_per_s = stage.rate_per_s;
    progress.p99_ns = stage.p99_ns;
    progress.detail = stage.detail;
    printer_.show(progress);
  };
}

}  // namespace tare
