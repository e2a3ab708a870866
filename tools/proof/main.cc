// tare_verdict_bench: does tare's verdict keep its promise, and what would other tools have said?
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <functional>

#include "bench/model/errors.h"
#include "bench/model/problem.h"
#include "tools/proof/corpus_table.h"
#include "tools/proof/go_false_alarms.h"
#include "tools/proof/simulated_promises.h"
#include "tools/proof/simulated_rates.h"
#include "tools/proof/temporary_folder.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 4;

constexpr const char* kExamples = R"(
Examples:
  tare_verdict_bench simulated
  tare_verdict_bench golang golang_perf_benchseries_even.tar.xz
  tare_verdict_bench corpus results/corpus --operation page --margin 0.03 0.02

Prints Markdown. Exit codes: 0 the table is printed, whatever it says; 4 usage or file error.
)";

struct Options {
  int experiments = 4'000;
  fs::path golang;
  std::string toolchain = "Base";
  fs::path corpus;
  CorpusOptions replay;
};

// To standard error, from the third second on, at most every two seconds.
class SlowProgress {
 public:
  void operator()(const std::string& text) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kEvery) return;
    last_ = now;
    fmt::print(stderr, "{}\n", text);
  }

 private:
  static constexpr std::chrono::seconds kEvery{2};
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

std::string golang_table(const Options& options) {
  if (fs::is_directory(options.golang)) {
    return go_table(runs_of(read_go_runs(options.golang), options.toolchain));
  }
  const TemporaryFolder folder;
  unpack(options.golang, folder.path());
  return go_table(runs_of(read_go_runs(folder.path()), options.toolchain));
}

void add_corpus(CLI::App& app, Options& options, std::function<std::string()>& table) {
  CLI::App* corpus =
      app.add_subcommand("corpus", "Recorded experiments: FOLDER/CELL/**/experiment.json");
  corpus->add_option("FOLDER", options.corpus, "Its folders are the cells: quiet-aa, plus-5 ...")
      ->required();
  corpus->add_option("--operation", options.replay.operation, "Whose rows; without it, all");
  corpus->add_option("--margin", options.replay.margins, "Of response_time_tm95; each is tried")
      ->check(CLI::Range(0.0001, 0.99))
      ->capture_default_str();
  corpus->add_option("--pairs", options.replay.most, "At most, in an experiment; each is tried")
      ->check(CLI::Range(2, 1'000))
      ->capture_default_str();
  corpus->add_option("--draws", options.replay.draws, "Experiments resampled for each line")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  corpus->callback([&] {
    table = [&] {
      const Progress progress = SlowProgress();
      return corpus_table(load_corpus(options.corpus, progress), options.replay, progress);
    };
  });
}

int run(int argc, char** argv) {
  CLI::App app(
      "Holds tare's rule of decision, and those of other tools, against noise in which nothing "
      "changed and against known changes.",
      "tare_verdict_bench");
  app.require_subcommand(1);
  app.footer(kExamples);
  Options options;
  std::function<std::string()> table;

  CLI::App* simulated =
      app.add_subcommand("simulated", "Made-up machines with fixed seeds; takes seconds");
  simulated->add_option("--experiments", options.experiments, "For each line of the table")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  simulated->callback([&] {
    table = [&] {
      return simulated_table(options.experiments) + "\n" + promises_table(options.experiments);
    };
  });

  CLI::App* golang = app.add_subcommand(
      "golang", "Go's benchmarks of one toolchain on many days: golang/perf's benchseries data");
  golang->add_option("DATA", options.golang, "The archive, or a folder of its files")->required();
  golang->add_option("--toolchain", options.toolchain, "The files that say so are taken")
      ->capture_default_str();
  golang->callback([&] { table = [&] { return golang_table(options); }; });

  add_corpus(app, options, table);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  fmt::print("{}", table());
  return 0;
}

}  // namespace
}  // namespace tare

int main(int argc, char** argv) {
  try {
    return tare::run(argc, argv);
  } catch (const tare::FileProblems& problems) {
    fmt::print(stderr, "{}\n", problems.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "tare_verdict_bench: {}\n", error.what());
  }
  return tare::kUsage;
}
