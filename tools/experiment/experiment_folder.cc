#include "tools/experiment/experiment_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "bench/model/errors.h"
#include "tools/compare/stored_plan_maps.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = "-unfinished";

}  // namespace

ResumedFolder::ResumedFolder(const AbOptions& options, const std::string& servers) {
  if (!options.resumed) return;
  const fs::path& folder = options.resumed_folder;
  lock_ = open((folder / "unfinished.json").c_str(), O_RDONLY | O_CLOEXEC);
  if (lock_ < 0 || flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    if (lock_ >= 0) close(lock_);
    throw UsageError(fmt::format("another tare goes on with {} already", folder.string()));
  }
  const ExperimentPair& pair = options.resumed->experiment.pairs.front();
  const Settings measured = read_result(folder / pair.baseline).environment.generator;
  const auto before = measured.find("servers");
  if (before == measured.end() || before->second == servers) return;
  close(lock_);
  throw UsageError(
      fmt::format("the pairs of {} were measured on {}, and this names {}: go on where it began",
                  folder.string(), before->second, servers));
}

ResumedFolder::~ResumedFolder() {
  if (lock_ >= 0) close(lock_);
}

std::string folder_time() {
  std::string time = utc_now();
  std::replace(time.begin(), time.end(), ':', '-');
  return time;
}

std::string folder_name(const AbOptions& options, const Change& change) {
  if (!options.resumed) return fmt::format("{}-ab-{}", folder_time(), change.name);
  std::string name = fs::canonical(options.resumed_folder).filename().string();
  const size_t mark = name.find(kUnfinished);
  return name.substr(0, mark);
}

void copy_so_far(const AbOptions& options, const fs::path& to) {
  const fs::path& from = options.resumed_folder;
  fs::copy(from / "trials", to / "trials", fs::copy_options::recursive);
  fs::copy_file(from / "log.jsonl", to / "log.jsonl", fs::copy_options::overwrite_existing);
  copy_plan_maps(from, to);
}

fs::path keep_unfinished(const PendingFolder& folder, const AbArms& arms, const Change& change,
                         const AbOptions& options, const Experiment& experiment) {
  PendingFolder kept(folder.path().parent_path(),
                     folder_name(options, change) + std::string(kUnfinished));
  for (const ExperimentPair& pair : experiment.pairs) {
    for (const std::string& trial : {pair.baseline, pair.contender}) {
      fs::create_directories((kept.path() / trial).parent_path());
      fs::copy(folder.path() / trial, kept.path() / trial, fs::copy_options::recursive);
    }
  }
  fs::copy_file(folder.path() / "log.jsonl", kept.path() / "log.jsonl");
  copy_plan_maps(folder.path(), kept.path());
  write_whole_file(kept.path() / "scenario.json", arms.baseline.scenario().text);
  write_whole_file(kept.path() / "change.json", change.text);
  const auto turn =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.turn.value_or(Nanoseconds(0)));
  write_unfinished(kept.path(),
                   {fs::absolute(arms.baseline.scenario().file), fs::absolute(change.file),
                    options.settings, options.looks.back(), int(turn.count()), experiment});
  fs::path place = kept.publish();
  if (options.resumed) fs::remove_all(options.resumed_folder);
  return place;
}

fs::path publish_finished(PendingFolder& folder, const AbArms& arms, const Change& change,
                          const AbOptions& options, const Experiment& experiment,
                          const PairSample& first) {
  write_whole_file(folder.path() / "scenario.json", arms.baseline.scenario().text);
  write_whole_file(folder.path() / "change.json", change.text);
  write_experiment(folder.path(), experiment);
  if (options.note) {
    write_whole_file(
        folder.path() / "note.md",
        options.note(experiment, first.baseline.result.environment,
                     first.contender.result.environment, first.baseline.result.index_review));
  }
  fs::path place = folder.publish();
  if (options.resumed) fs::remove_all(options.resumed_folder);
  return place;
}

}  // namespace tare
