#include "tools/proof/corpus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "bench/model/errors.h"
#include "tools/compare/experiment_file.h"
#include "tools/compare/stored_trials.h"

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
    if (!each.experiment.criteria) {
      throw UsageError(
          fmt::format("{} was written by an older tare: record it anew", each.folder.string()));
    }
    if (each.experiment.scenario == first.scenario && each.experiment.change == first.change &&
        each.experiment.criteria == first.criteria) {
      continue;
    }
    throw UsageError(fmt::format(
        "the experiments of {} are not alike: {} is of {} and {}, {} of {} and {}; give each its "
        "own folder",
        cell, all.front().folder.string(), first.scenario, first.change, each.folder.string(),
        each.experiment.scenario, each.experiment.change));
  }
}

CorpusCell load_cell(const fs::path& folder, const Progress& progress) {
  CorpusCell cell;
  cell.name = folder.filename().string();
  const std::vector<Recorded> all = recorded_in(folder);
  if (all.empty()) return cell;
  require_alike(cell.name, all);
  cell.experiments = int(all.size());
  cell.criteria = *all.front().experiment.criteria;
  for (const auto& [place, experiment] : all) {
    const std::vector<PairSample> samples =
        read_pairs(place, experiment, [&](size_t done, size_t trials) {
          progress(fmt::format("{}: reading trial {} of {} in {}", cell.name, done + 1, trials,
                               place.filename().string()));
        });
    for (size_t i = 0; i < samples.size(); ++i) {
      if (experiment.pairs[i].tainted.empty()) {
        cell.pairs.push_back(samples[i]);
        cell.pairs.back().baseline.result.index_review.reset();
        cell.pairs.back().contender.result.index_review.reset();
      } else {
        ++cell.tainted;
      }
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
