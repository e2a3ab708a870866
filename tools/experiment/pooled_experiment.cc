#include "tools/experiment/pooled_experiment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "tools/compare/experiment_verdict.h"
#include "tools/compare/reanalysis.h"
#include "tools/compare/stored_plan_maps.h"
#include "tools/compare/stored_trials.h"
#include "tools/compare/trial_guards.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr int kInvalid = 3;  // of the exit codes
constexpr const char* kMark = "repeated_by";

UsageError cannot(const PooledExperiment& pooled, const std::string& why) {
  return UsageError(fmt::format("--pool {}: {}", pooled.folder.string(), why));
}

std::string value_of(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

void require_same(const PooledExperiment& pooled, const std::string& what, const std::string& then,
                  const std::string& now) {
  if (then == now) return;
  throw cannot(pooled, fmt::format("{} was {}, and is {} now; pairs that are not alike cannot "
                                   "count together: leave --pool out",
                                   what, then.empty() ? "none" : then, now.empty() ? "none" : now));
}

void require_same_text(const PooledExperiment& pooled, const char* file, const std::string& now) {
  if (read_whole_file(pooled.folder / file) == now) return;
  throw cannot(pooled, fmt::format("its {} is not what it is now; put the file back as it was, or "
                                   "leave --pool out",
                                   file));
}

void require_not_repeated(const PooledExperiment& pooled) {
  const fs::path mark = pooled.folder / kMark;
  if (!fs::exists(mark)) return;
  throw cannot(pooled, fmt::format("it was repeated already, by {}: repeat that one (if it was "
                                   "lost, remove {})",
                                   read_whole_file(mark), mark.string()));
}

int counted(const Experiment& experiment) {
  return experiment.comparison.pairs;
}

}  // namespace

PooledExperiment read_pooled(const fs::path& folder) {
  PooledExperiment pooled{folder, read_experiment(folder), {}};
  Experiment& experiment = pooled.experiment;
  require_not_repeated(pooled);
  if (experiment.exit_code == kInvalid) {
    throw cannot(pooled,
                 "it is not valid, so its pairs cannot count; mend what it names (tare show), and "
                 "leave --pool out");
  }
  if (!experiment.criteria || experiment.pairs.empty() || counted(experiment) == 0) {
    throw cannot(pooled, "it was written by an older tare, which did not store enough to go on");
  }
  if (!fs::is_regular_file(folder / "change.json")) {
    throw cannot(pooled, "it weighs no change");
  }
  const std::string text = read_whole_file(folder / "experiment.json");
  experiment = made_anew(experiment, read_pairs(folder, experiment));
  if (const auto lines = differences(text, experiment_to_json(experiment)); !lines.empty()) {
    throw cannot(pooled, fmt::format("its experiment.json does not follow from its trials ({}); "
                                     "tare compare names all that differs",
                                     lines.front()));
  }
  pooled.environment = read_result(folder / experiment.pairs.front().baseline).environment;
  return pooled;
}

void require_same_question(const PooledExperiment& pooled, const Repeat& repeat) {
  require_same_text(pooled, "scenario.json", repeat.scenario.text);
  require_same_text(pooled, "change.json", repeat.change);
  std::map<std::string, std::string> then = pooled.experiment.settings;
  for (const auto& [name, value] : repeat.settings) {
    require_same(pooled, "--set " + name, value_of(then, name), value);
    then.erase(name);
  }
  for (const auto& [name, value] : then) require_same(pooled, "--set " + name, value, "");
  const std::string turn =
      repeat.turn
          ? fmt::format("{:g} ms", std::chrono::duration<double, std::milli>(*repeat.turn).count())
          : "";
  require_same(pooled, "--interleave", value_of(pooled.environment.generator, "turn"), turn);
}

void require_same_place(const PooledExperiment& pooled, const Environment& now) {
  const Environment& then = pooled.environment;
  for (const char* name : {"tare", "postgres", "redis"}) {
    require_same(pooled, std::string("the version of ") + name, value_of(then.versions, name),
                 value_of(now.versions, name));
  }
  for (const char* name : {"cpu", "cores"}) {
    require_same(pooled, std::string("the machine's ") + name, value_of(then.host, name),
                 value_of(now.host, name));
  }
  require_same(pooled, "what it was measured on", value_of(then.generator, "servers"),
               value_of(now.generator, "servers"));
}

RepeatMark::RepeatMark(const PooledExperiment& pooled, const std::string& by)
    : file_(pooled.folder / kMark) {
  const int file = open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (file < 0) {
    require_not_repeated(pooled);
    throw cannot(pooled, fmt::format("cannot leave a note of the repeat there ({}): {}",
                                     file_.string(), std::strerror(errno)));
  }
  close(file);
  write_whole_file(file_, by);
}

RepeatMark::~RepeatMark() {
  std::error_code ignored;
  if (!kept_) fs::remove(file_, ignored);
}

void take_over(const PooledExperiment& pooled, const fs::path& to, Experiment& experiment) {
  const Experiment& before = pooled.experiment;
  fs::copy(pooled.folder / "trials", to / "trials", fs::copy_options::recursive);
  copy_plan_maps(pooled.folder, to);
  experiment.pairs = before.pairs;
  experiment.found_invalid = before.found_invalid;
  experiment.rollback = before.rollback;
  experiment.schema_changes = before.schema_changes;
  experiment.cache_keys_cleared = before.cache_keys_cleared;
  experiment.duration_s = before.duration_s;
  experiment.warnings = before.warnings;
  experiment.repeats = before.repeats;
  experiment.pooled = before.pooled;
  experiment.pooled.push_back(
      {fs::canonical(pooled.folder).filename().string(), counted(before), overall_verdict(before)});
}

}  // namespace tare
