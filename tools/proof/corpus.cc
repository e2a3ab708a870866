#include "tools/proof/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "bench/model/change_reader.h"
#include "bench/model/errors.h"
#include "bench/model/result_file.h"
#include "bench/model/scenario_reader.h"
#include "tools/compare/experiment_file.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kKnownCells = {"quiet-aa", "noisy-aa", "plus-2",
                                                         "plus-5",   "plus-10",  "hit-only"};

struct Recorded {
  fs::path folder;
  Experiment experiment;
};

// By time; experiments that began in the same second by their folder's name.
std::vector<Recorded> recorded_in(const fs::path& cell) {
  std::vector<Recorded> all;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(cell)) {
    if (!entry.is_regular_file() || entry.path().filename() != "experiment.json") continue;
    const fs::path folder = entry.path().parent_path();
    all.push_back({folder, read_experiment(folder)});
  }
  std::sort(all.begin(), all.end(), [](const Recorded& a, const Recorded& b) {
    return std::pair(a.experiment.started_at, a.folder) <
           std::pair(b.experiment.started_at, b.folder);
  });
  return all;
}

void require_alike(const std::string& cell, const std::vector<Recorded>& all) {
  const Experiment& first = all.front().experiment;
  for (const Recorded& each : all) {
    if (each.experiment.scenario == first.scenario && each.experiment.change == first.change) {
      continue;
    }
    throw UsageError(fmt::format(
        "the experiments of {} are not alike: {} is of {} and {}, {} of {} and {}; give each its "
        "own folder",
        cell, all.front().folder.string(), first.scenario, first.change, each.folder.string(),
        each.experiment.scenario, each.experiment.change));
  }
}

Sample sample_in(const fs::path& folder) {
  Result result = read_result(folder);
  result.index_review.reset();
  result.warnings.clear();
  return sample_of(result);
}

// Experiments without a change of a person's: none stored, or a note of what tare injected.
bool has_change(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return false;
  const auto document = nlohmann::json::parse(read_whole_file(file), nullptr, false, true);
  return !document.is_object() || !document.contains("injected");
}

Criteria criteria_in(const fs::path& folder) {
  const Scenario scenario = read_scenario(folder / "scenario.json");
  if (!has_change(folder / "change.json")) return criteria_of(scenario, nullptr);
  const Change change = read_change(folder / "change.json");
  return criteria_of(scenario, &change);
}

CorpusCell load_cell(const fs::path& folder, const Progress& progress) {
  CorpusCell cell;
  cell.name = folder.filename().string();
  const std::vector<Recorded> all = recorded_in(folder);
  if (all.empty()) return cell;
  require_alike(cell.name, all);
  cell.experiments = int(all.size());
  cell.criteria = criteria_in(all.front().folder);
  for (const Recorded& each : all) {
    for (const ExperimentPair& pair : each.experiment.pairs) {
      if (!pair.tainted.empty()) {
        ++cell.tainted;
        continue;
      }
      progress(fmt::format("{}: reading pair {}", cell.name, cell.pairs.size() + 1));
      cell.pairs.push_back({sample_in(each.folder / pair.baseline),
                            sample_in(each.folder / pair.contender), pair.order});
    }
  }
  return cell;
}

std::pair<size_t, std::string> rank_of(const CorpusCell& cell) {
  const auto known = std::find(kKnownCells.begin(), kKnownCells.end(), cell.name);
  return {size_t(known - kKnownCells.begin()), cell.name};
}

}  // namespace

std::vector<CorpusCell> load_corpus(const fs::path& folder, const Progress& progress) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw UsageError(fmt::format("there is no folder {}", folder.string()));
  }
  std::vector<CorpusCell> cells;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    CorpusCell cell = load_cell(entry.path(), progress);
    if (!cell.pairs.empty()) cells.push_back(std::move(cell));
  }
  if (cells.empty()) {
    throw UsageError(fmt::format(
        "{} holds no cell: a folder as {}/quiet-aa with finished experiments (experiment.json) in "
        "it",
        folder.string(), folder.string()));
  }
  std::sort(cells.begin(), cells.end(),
            [](const CorpusCell& a, const CorpusCell& b) { return rank_of(a) < rank_of(b); });
  return cells;
}

}  // namespace tare
