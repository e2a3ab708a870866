#include "tools/cli/measure_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace tare {

void add_measure_options(CLI::App& command, MeasureOptions& options, ResultsOption results,
                         ScenarioOption scenario) {
  command.add_option("scenario", options.scenario, "The scenario file")
      ->required(scenario == ScenarioOption::required);
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
  command
      .add_option("--postgres", options.postgres,
                  "A server of yours instead of the sandbox's: a libpq URI, or env for "
                  "DATABASE_URL or PG*, .pgpass and service files")
      ->type_name("URI");
  command
      .add_option("--redis", options.redis,
                  "redis://host:6379/0, unix:/path, or env for REDIS_URL (password: "
                  "REDISCLI_AUTH)")
      ->type_name("URI");
  command
      .add_option("--claim", options.claims,
                  "A database or Redis of the target that is not empty and not tare's, and that "
                  "tare may write into all the same")
      ->type_name("NAME")
      ->take_all();
  command.add_flag("--tcp", options.tcp, "The sandbox listens on loopback ports as well");
  command.add_flag("--no-statements", options.no_statements,
                   "The sandbox does without pg_stat_statements, which costs it a microsecond or "
                   "two a statement");
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

SandboxOptions sandbox_options(const MeasureOptions& options) {
  SandboxOptions sandbox;
  sandbox.postgres_bin = options.postgres_bin;
  if (options.no_statements) sandbox.statements = SandboxStatements::not_counted;
  if (options.tcp) sandbox.reach = SandboxOptions::Reach::loopback;
  return sandbox;
}

Servers open_own_servers(const MeasureOptions& options, const SandboxOptions& sandbox,
                         const std::string& needed_by, std::stop_token stop) {
  if (!options.sandbox.empty() || !options.postgres.empty() || !options.redis.empty()) {
    throw UsageError(
        fmt::format("{} needs throwaway sandboxes, one for each arm: leave --sandbox, --postgres "
                    "and --redis out",
                    needed_by));
  }
  return Servers(Sandbox::start(sandbox, stop));
}

CLI::Option* add_interleave_option(CLI::App& command, int& turn_ms) {
  return command
      .add_option("--interleave", turn_ms,
                  "The arms of a pair run at once, each on a sandbox of its own, and their loads "
                  "take turns of this length (100ms): finds smaller changes on a machine whose "
                  "speed changes by the second")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, int>{{"ms", 1}, {"s", 1000}},
                                        CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"))
      ->check(CLI::Range(10, 60'000));
}

namespace {

Sandbox open_sandbox(const MeasureOptions& options, std::stop_token stop) {
  if (options.sandbox.empty()) return Sandbox::start(sandbox_options(options), stop);
  if (options.tcp || !options.postgres_bin.empty()) {
    throw UsageError(
        "--tcp and --postgres-bin belong to `tare sandbox start`, not to a sandbox that runs");
  }
  return Sandbox::attach(options.sandbox, stop);
}

}  // namespace

Servers open_servers(const MeasureOptions& options, std::stop_token stop) {
  std::optional<Target> target =
      read_target(options.postgres, options.redis, process_environment());
  if (!target) {
    if (!options.claims.empty()) {
      throw UsageError("--claim is about a target: name it with --postgres or --redis");
    }
    return Servers(open_sandbox(options, stop));
  }
  for (const std::string& claim : options.claims) {
    if (claim.find('@') != std::string::npos && claim.find("://:") != std::string::npos) {
      throw UsageError("--claim names a place without its password, as tare's messages write it");
    }
  }
  for (const std::string& warning : target->warnings) fmt::print(stderr, "warning: {}\n", warning);
  const bool whole = target->postgres && target->redis;
  if (whole && !options.sandbox.empty()) {
    throw UsageError("--sandbox is not used when --postgres and --redis name both servers");
  }
  std::optional<Sandbox> sandbox;
  if (!whole) sandbox = open_sandbox(options, stop);
  return Servers(std::move(*target), std::move(sandbox),
                 {options.claims.begin(), options.claims.end()});
}

std::vector<std::string> next_steps(const MeasureOptions& options, const std::string& folder) {
  std::vector<std::string> steps = {fmt::format("tare show {}", folder)};
  if (!options.postgres.empty() || !options.redis.empty()) return steps;  // nothing is kept there
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
    const std::lock_guard lock(mutex_);
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
