// tare sandbox start | status | stop: private servers that stay up between commands.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "bench/model/errors.h"
#include "tools/cli/command.h"
#include "tools/experiment/sandbox.h"
#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_kept.h"

namespace tare {
namespace {

constexpr int kServersDown = 3;

constexpr const char* kExamples = R"(
Examples:
  tare sandbox start --dir /tmp/weigh
  tare sandbox status --dir /tmp/weigh
  tare run scenarios/debian-archive/scenario.json --sandbox /tmp/weigh
  tare sandbox stop --dir /tmp/weigh

The servers are private (Unix sockets in the folder, which only their user enters) and durable as in
production. Without a kept sandbox, run and ab start one of their own and remove it at the end.
Exit codes of status: 0 both servers are up, 3 one is down, 4 there is no sandbox.
)";

std::string server_line(const std::string& title, const std::string& version, int pid) {
  return fmt::format("  {:<22}{}\n", title + " " + version,
                     pid != 0 ? fmt::format("up, pid {}", pid) : "down");
}

// Lines to paste into a shell. A sandbox's path has no quotes (start refuses them).
std::string reach_text(const SandboxSetup& setup) {
  const std::string folder = setup.folder.string();
  const bool loopback = setup.reach == SandboxReach::loopback;
  const std::string redis_login =
      loopback ? fmt::format("REDISCLI_AUTH=\"$(cat '{}')\" ", setup.redis_password().string())
               : "";
  std::string text = fmt::format(
      "\nReach them:\n"
      "  psql -h '{}' -p {} -U tare -d postgres\n"
      "  {}redis-cli -s '{}'\n",
      folder, setup.postgres_port, redis_login, setup.redis_socket().string());
  if (loopback) {
    text += fmt::format(
        "  PGPASSFILE='{}' psql -h 127.0.0.1 -p {} -U tare -d postgres\n"
        "  {}redis-cli -h 127.0.0.1 -p {}\n",
        setup.postgres_password().string(), setup.postgres_port, redis_login, setup.redis_port);
  }
  return text;
}

std::string status_text(const KeptStatus& status) {
  const std::string folder = status.setup.folder.string();
  std::string text = fmt::format("sandbox {} ({})\n", folder, file_system_of(folder));
  text += server_line("PostgreSQL", status.state.postgres_version, status.postgres_pid);
  text += server_line("Redis", status.state.redis_version, status.redis_pid);
  if (status.running()) {
    text += reach_text(status.setup);
    text += fmt::format("Weigh on them:\n  tare run SCENARIO --sandbox '{}'\n", folder);
  } else {
    text += fmt::format("\nStart them again, with their data:\n  tare sandbox start --dir '{}'\n",
                        folder);
  }
  return text +
         fmt::format("Stop them and remove the data:\n  tare sandbox stop --dir '{}'\n", folder);
}

int start(const SandboxOptions& options, std::stop_token stop) {
  if (options.reach == SandboxReach::sockets &&
      (options.postgres_port != 0 || options.redis_port != 0)) {
    throw UsageError("--postgres-port and --redis-port need --tcp");
  }
  if (has_sandbox_state(sandbox_path(options.folder))) {
    const KeptStatus status = kept_sandbox_status(options.folder);
    if (status.running()) {
      fmt::print("It is running already; it was left as it is.\n{}", status_text(status));
      return 0;
    }
  }
  Sandbox::start(options, stop);  // kept: it outlives the object
  fmt::print("{}", status_text(kept_sandbox_status(options.folder)));
  return 0;
}

int status(const std::string& folder) {
  const KeptStatus found = kept_sandbox_status(folder);
  fmt::print("{}", status_text(found));
  return found.running() ? 0 : kServersDown;
}

int stop(const std::string& folder) {
  const auto left = remove_kept_sandbox(folder);
  fmt::print("stopped and removed: {}\n", sandbox_path(folder).string());
  for (const auto& path : left) {
    fmt::print("left in place, tare did not make it: {}\n", path.string());
  }
  return 0;
}

// The values of a command's options; CLI11 keeps them in its App, which outlives the command.
std::string folder_of(const CLI::App& command) {
  return command.get_option("--dir")->as<std::string>();
}

int port_of(const CLI::App& command, const char* option) {
  return command.count(option) == 0 ? 0 : command.get_option(option)->as<int>();
}

SandboxOptions options_of(const CLI::App& command) {
  SandboxOptions options;
  options.folder = folder_of(command);
  if (command.count("--postgres-bin") != 0) {
    options.postgres_bin = command.get_option("--postgres-bin")->as<std::string>();
  }
  if (command.count("--tcp") != 0) options.reach = SandboxReach::loopback;
  options.postgres_port = port_of(command, "--postgres-port");
  options.redis_port = port_of(command, "--redis-port");
  options.lifetime = SandboxLifetime::kept;
  return options;
}

CLI::App* add_subcommand(CLI::App& sandbox, const char* name, const char* description) {
  CLI::App* command = sandbox.add_subcommand(name, description);
  command->add_option("--dir", "The folder of the sandbox")->required()->type_name("DIR");
  return command;
}

}  // namespace

void add_sandbox_command(CLI::App& app, CommandLine& line) {
  CLI::App* sandbox = app.add_subcommand(
      "sandbox", "Keep private PostgreSQL and Redis servers running in a folder");
  sandbox->require_subcommand(1);
  sandbox->footer(kExamples);

  CLI::App* starting =
      add_subcommand(*sandbox, "start", "Make and start it; or start it again with its data");
  starting->add_flag("--tcp")->description("Also listen on ports of 127.0.0.1, with passwords");
  starting->add_option("--postgres-port", "With --tcp; a free one if not given")
      ->check(CLI::Range(1, 65535))
      ->type_name("PORT");
  starting->add_option("--redis-port", "With --tcp; a free one if not given")
      ->check(CLI::Range(1, 65535))
      ->type_name("PORT");
  starting
      ->add_option("--postgres-bin",
                   "The folder of initdb and postgres, 13 to 18; the newest installed if not given")
      ->type_name("DIR");
  starting->callback([&line, starting] {
    line.chosen = [starting](std::stop_token token) { return start(options_of(*starting), token); };
  });

  CLI::App* asking =
      add_subcommand(*sandbox, "status", "Say whether its servers are up, and how to reach them");
  asking->callback([&line, asking] {
    line.chosen = [asking](std::stop_token) { return status(folder_of(*asking)); };
  });

  CLI::App* stopping =
      add_subcommand(*sandbox, "stop", "Stop its servers and remove it with its data");
  stopping->callback([&line, stopping] {
    line.chosen = [stopping](std::stop_token) { return stop(folder_of(*stopping)); };
  });
}

}  // namespace tare
