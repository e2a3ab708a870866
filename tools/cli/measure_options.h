// The options that load, run and ab share, and how their progress is shown.
// Level: cli. Values filled by CLI11.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/errors.h"
#include "tools/experiment/servers.h"
#include "tools/experiment/stage_progress.h"
#include "tools/report/progress_printer.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tare {

struct MeasureOptions {
  std::filesystem::path scenario;
  std::vector<std::string> settings;  // name=value
  std::filesystem::path sandbox;      // of a kept one; empty: a throwaway
  std::filesystem::path postgres_bin;
  bool tcp = false;
  bool no_statements = false;       // the sandbox counts none
  std::string postgres, redis;      // of a target; see bench/drivers/target.h
  std::vector<std::string> claims;  // what tare may write into although it is not its own
  std::filesystem::path results = "results";
};

enum class ResultsOption { wanted, left_out };
enum class ScenarioOption { required, optional };
void add_measure_options(CLI::App& command, MeasureOptions& options, ResultsOption results,
                         ScenarioOption scenario = ScenarioOption::required);

// "name=value" pairs; throws UsageError for one without "=" or a name given twice.
std::map<std::string, std::string> parse_settings(const std::vector<std::string>& settings);

// The person's target; else the kept sandbox, or a throwaway one, which also stands in for a server
// that the target does not name. Warnings go to standard error.
Servers open_servers(const MeasureOptions& options, std::stop_token stop);

// Servers of an arm's own, beside those of open_servers(): a sandbox as `sandbox` says. Throws
// UsageError, naming what needs them, when the person names servers: both arms' are throwaway ones.
Servers open_own_servers(const MeasureOptions& options, const SandboxOptions& sandbox,
                         const std::string& needed_by, std::stop_token stop);

// --interleave: how long the turns of the arms' loads are, in ms; 0: they take none.
CLI::Option* add_interleave_option(CLI::App& command, int& turn_ms);

// What the sandbox's options ask for.
SandboxOptions sandbox_options(const MeasureOptions& options);

// Does the work; when it fails because a server died, the error says which and how.
template <class Work>
auto naming_dead_servers(const std::vector<Servers*>& all, Work work) {
  try {
    return work();
  } catch (const ServerError&) {
    for (Servers* servers : all) {
      if (auto failure = servers->failure()) throw ServerError(*failure);
    }
    throw;
  }
}

// Lines to try afterwards: psql and redis-cli of a kept sandbox, or how to keep one.
std::vector<std::string> next_steps(const MeasureOptions& options, const std::string& folder);

// Shows progress on standard error, with the time since it was made.
class ProgressScreen {
 public:
  ProgressReceiver receiver();
  void clear() { printer_.clear(); }

 private:
  std::mutex mutex_;  // both arms of a pair may report at once
  ProgressPrinter printer_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace tare
