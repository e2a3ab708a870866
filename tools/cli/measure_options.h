// The options that load, run and ab share, and how their progress is shown.
// Level: cli. Values filled by CLI11.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox.h"
#include "tools/experiment/stage_progress.h"
#include "tools/report/progress_printer.h"

namespace CLI {
class App;
}

namespace tare {

struct MeasureOptions {
  std::filesystem::path scenario;
  std::vector<std::string> settings;  // name=value
  std::filesystem::path sandbox;      // of a kept one; empty: a throwaway
  std::filesystem::path postgres_bin;
  bool tcp = false;
  std::filesystem::path results = "results";
};

enum class ResultsOption { wanted, left_out };
void add_measure_options(CLI::App& command, MeasureOptions& options, ResultsOption results);

// "name=value" pairs; throws UsageError for one without "=" or a name given twice.
std::map<std::string, std::string> parse_settings(const std::vector<std::string>& settings);

// Attaches to the kept sandbox, or starts a throwaway one.
Sandbox open_sandbox(const MeasureOptions& options, std::stop_token stop);

// Does the work; when it fails because a server died, the error says which and how.
template <class Work>
auto naming_dead_servers(const std::vector<Sandbox*>& sandboxes, Work work) {
  try {
    return work();
  } catch (const ServerError&) {
    for (Sandbox* sandbox : sandboxes) {
      if (auto failure = sandbox->failure()) throw ServerError(*failure);
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
  ProgressPrinter printer_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace tare
