// The pairs of an experiment: trials of both arms in random order, one after the other or in turns.
// Level: experiment. One thread, and a second one while loads take turns; borrows the arms'
// workbenches.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/change.h"
#include "tools/compare/comparison.h"
#include "tools/compare/experiment_file.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/workbench.h"

namespace tare {

// One workbench for both arms, unless the contender runs other programs or a patched scenario.
struct AbArms {
  Workbench& baseline;
  Workbench& contender;
  bool twins = false;        // apart, but both ask the same under the same cache rules
  bool own_servers = false;  // each arm has servers of its own
  // The same arms on each other's servers: pairs in turns use these and those in random order, so
  // that what two servers or two loads of the data differ by is no part of the difference.
  const AbArms* exchanged = nullptr;

  bool apart() const { return &baseline != &contender; }
};

struct PairsOptions {
  std::vector<int> looks;        // at so many pairs, with those that `experiment` has already
  std::filesystem::path folder;  // of the experiment; trials lie in it
  std::optional<std::chrono::steady_clock::time_point> until;  // when no pair is begun any more
  // The trials of a pair run at once, on servers of their own, and their loads take turns of this
  // length (bench/model/turns.h); none: one after the other.
  std::optional<Nanoseconds> turn;
  // Asked at each look but the last: whether more pairs would say no more.
  std::function<bool(const std::vector<PairSample>&)> settled;
};

// How such pairs are told, in a sentence of the experiment's design.
std::string turns_text(Nanoseconds turn);

// Runs what is missing, until a look settles it, and returns all pairs, in the order of
// `experiment.pairs`; those that the experiment has are read. Each pair is noted in `experiment`
// when both of its trials are written, with what they mean for it: the rollback, the schema's
// changes, warnings, reasons for being invalid. A pair that is tainted under `criteria` is measured
// again at once, at most most_repeats() pairs in all; when so many are tainted that nothing can be
// saved, no more are measured. Throws as run_trial.
std::vector<PairSample> run_pairs(const AbArms& arms, const Change& change,
                                  const PairsOptions& options, const Criteria& criteria,
                                  EventLog& log, Experiment& experiment);

}  // namespace tare
