// A corpus: finished experiments on disk, sorted into cells by what is true of them (nothing
// differs, the contender is 5 % slower), so that a verdict can be held against the truth.
// Level: proof. Reads files; no state.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tools/compare/comparison.h"

namespace tare {

// FOLDER/CELL/**/experiment.json.
struct CorpusCell {
  std::string name;               // "quiet-aa", "plus-5": the folder's
  int experiments = 0;            // that were recorded
  std::vector<PairSample> pairs;  // of all of them, in the order of their time
  int tainted = 0;    // pairs that were measured again and are left out, as in a verdict
  Criteria criteria;  // theirs, without levels
};

// Says what is being done, for whoever waits.
using Progress = std::function<void(const std::string&)>;

// The cells in the order of the proof (quiet-aa, noisy-aa, plus-2, plus-5, plus-10, hit-only), then
// others by name. Of each trial only what a comparison reads is kept. Throws UsageError when there
// is no such folder, when it has no cell with a pair, or when the experiments of a cell are not of
// one scenario and change, under the same criteria; FileProblems for what cannot be read.
std::vector<CorpusCell> load_corpus(const std::filesystem::path& folder, const Progress& progress);

}  // namespace tare
