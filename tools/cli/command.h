// The commands of the binary: each adds its options and says what to run when it is chosen.
// Level: cli. CLI11 stays in the .cc files.
#pragma once

#include <functional>
#include <stop_token>

namespace CLI {
class App;
}

namespace tare {

// What the chosen command does; returns the exit code. The token is set by Ctrl-C and SIGTERM.
using CommandBody = std::function<int(std::stop_token)>;

// Each adds one subcommand to `app`; when a person names it, its body lands in `chosen`.
void add_check_command(CLI::App& app, CommandBody& chosen);
void add_sandbox_command(CLI::App& app, CommandBody& chosen);
void add_load_command(CLI::App& app, CommandBody& chosen);
void add_run_command(CLI::App& app, CommandBody& chosen);
void add_ab_command(CLI::App& app, CommandBody& chosen);
void add_show_command(CLI::App& app, CommandBody& chosen);

}  // namespace tare
