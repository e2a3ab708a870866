// The corpus' proof as Markdown: shares of verdicts, of exit codes, of others' alarms, each with
// what it rests on.
// Level: proof. Pure functions, the same every time; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/proof/corpus_replay.h"

namespace tare {

struct CorpusOptions {
  std::string operation;                 // empty: all of them
  std::vector<double> margins = {0.03};  // of the metric, each tried
  std::vector<int> most = {20, 30};      // pairs of an experiment, each tried
  int draws = 300;                       // resampled experiments
};

// Throws UsageError for an operation that no cell has.
std::string corpus_table(const std::vector<CorpusCell>& cells, const CorpusOptions& options,
                         const Progress& progress);

}  // namespace tare
