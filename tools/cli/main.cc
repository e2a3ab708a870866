// tare: weighs a change before it ships. Reads the command line, runs one command, and turns what
// went wrong into a message and an exit code.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "bench/model/errors.h"
#include "bench/model/near_miss.h"
#include "bench/model/problem.h"
#include "bench/model/version.h"
#include "tools/cli/command.h"
#include "tools/cli/hidden_arguments.h"
#include "tools/cli/interrupts.h"
#include "tools/report/cells.h"

namespace tare {
namespace {

constexpr int kRegressed = 1;
constexpr int kInvalid = 3;
constexpr int kUsage = 4;

constexpr const char* kExamples = R"(
Examples:
  tare check scenarios/debian-archive/scenario.json
  tare run scenarios/debian-archive/scenario.json
  tare ab scenarios/debian-archive/scenario.json \
      --change scenarios/debian-archive/changes/index-relation-target.json
  tare show results/debian-archive/<folder>
  tare compare results/debian-archive/<folder> results/debian-archive/<folder>

Exit codes: 0 nothing worse, every limit and expectation holds; 1 regressed, a limit broken, an
expectation missed or a rollback that does not restore the schema; 2 inconclusive; 3 not valid:
servers away, not comparable; 4 usage or file error.
)";

// CLI11 would only say that a command is missing.
void refuse_unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  if (word.starts_with("-") || std::find(known.begin(), known.end(), word) != known.end()) return;
  throw UsageError(fmt::format("there is no command \"{}\"{}", word, suggestion(word, known)));
}

int run(int argc, char** argv, Interrupts& interrupts) {
  CLI::App app(
      "tare weighs a change before it ships: realistic load on Redis and PostgreSQL, "
      "before and after, with plans and a verdict.",
      "tare");
  app.set_version_flag("--version", std::string("tare ") + kVersion);
  app.require_subcommand(1);
  app.footer(kExamples);
  CommandLine line;
  add_check_command(app, line);
  add_run_command(app, line);
  add_ab_command(app, line);
  add_compare_command(app, line);
  add_calibrate_command(app, line);
  add_show_command(app, line);
  add_load_command(app, line);
  add_sandbox_command(app, line);
  add_doctor_command(app, line);
  add_plans_command(app, line);
  if (argc > 1) refuse_unknown_command(app, argv[1]);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, errors;  // CLI11 quotes what it does not understand
    const int code = app.exit(error, out, errors);
    fmt::print("{}", out.str());
    fmt::print(stderr, "{}", without_secrets(errors.str()));
    return code == 0 ? 0 : kUsage;
  }
  hide_secrets(argc, argv);
  return line.chosen(interrupts.token());
}

int report(const std::string& message, int code) {
  fmt::print(stderr, "{}\n", harmless_lines(without_secrets(message)));
  return code;
}

}  // namespace
}  // namespace tare

int main(int argc, char** argv) {
  using namespace tare;
  Interrupts interrupts;
  try {
    return run(argc, argv, interrupts);
  } catch (const Interrupted&) {
    return report(
        "tare: interrupted; nothing half-written is left, and no server it started for "
        "this (a kept sandbox begins with fresh data next time)",
        128 + interrupts.signal());
  } catch (const FileProblems& problems) {
    return report(problems.what(), kUsage);
  } catch (const UsageError& error) {
    return report(fmt::format("tare: {}", error.what()), kUsage);
  } catch (const RollbackFailed& error) {
    return report(fmt::format("tare: {}", error.what()), kRegressed);
  } catch (const ServerError& error) {
    return report(fmt::format("tare: {}", error.what()), kInvalid);
  } catch (const std::exception& error) {
    return report(fmt::format("tare: {}", error.what()), kInvalid);
  }
}
