// The commands of the binary: each adds its options and says what to run when it is chosen.
// Level: cli. CLI11 stays in the .cc files.
#pragma once

#include <any>
#include <deque>
#include <functional>
#include <stop_token>

namespace CLI {
class App;
}

namespace tare {

// What the chosen command does; returns the exit code. The token is set by Ctrl-C and SIGTERM.
using CommandBody = std::function<int(std::stop_token)>;

// What the commands share while the command line is read: who was chosen, and the options that
// CLI11 fills, which live as long as this.
class CommandLine {
 public:
  template <class Options>
  Options& keep() {
    return options_.emplace_back().emplace<Options>();
  }

  CommandBody chosen;

 private:
  std::deque<std::any> options_;
};

// Each adds one subcommand to `app`; when a person names it, its body lands in `line.chosen`.
void add_check_command(CLI::App& app, CommandLine& line);
void add_sandbox_command(CLI::App& app, CommandLine& line);
void add_load_command(CLI::App& app, CommandLine& line);
void add_run_command(CLI::App& app, CommandLine& line);
void add_ab_command(CLI::App& app, CommandLine& line);
void add_compare_command(CLI::App& app, CommandLine& line);
void add_calibrate_command(CLI::App& app, CommandLine& line);
void add_show_command(CLI::App& app, CommandLine& line);
void add_doctor_command(CLI::App& app, CommandLine& line);
void add_plans_command(CLI::App& app, CommandLine& line);

}  // namespace tare
