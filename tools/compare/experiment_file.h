// experiment.json: what an experiment decided, on which pairs; the trials lie in folders beside it.
// Level: compare. Reads and writes files; no state. Schema: results/experiment.schema.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/compare/comparison.h"
#include "tools/plans/map_difference.h"

namespace tare {

struct ExperimentPair {
  PairOrder order = PairOrder::baseline_first;
  std::string baseline;   // "trials/01-baseline", below the experiment's folder
  std::string contender;  // "trials/01-contender"
  int number = 1;         // from 1; a pair that is measured again has the number of the first
  std::vector<std::string> tainted = {};  // why it does not count; empty: it does

  friend bool operator==(const ExperimentPair&, const ExperimentPair&) = default;
};

enum class RollbackStatus {
  not_done,   // the change has none, or the work ended before
  equal,      // done, and the schema is the one from the start
  different,  // done, and the schema is not
  failed,     // the rollback itself failed
};

struct Rollback {
  RollbackStatus status = RollbackStatus::not_done;
  std::string detail;  // what differs, or the server's message

  friend bool operator==(const Rollback&, const Rollback&) = default;
};

// An experiment whose pairs are among those of one that repeats it.
struct PooledPairs {
  std::string folder;   // its name
  int pairs = 0;        // that counted, of all before the repeat
  std::string verdict;  // in a word

  friend bool operator==(const PooledPairs&, const PooledPairs&) = default;
};

struct Experiment {
  std::string scenario;
  std::string change;
  std::string owner;
  std::string reason;
  uint64_t seed = 0;       // of the order of the arms
  std::string started_at;  // ISO 8601, UTC
  double duration_s = 0;
  std::map<std::string, std::string> settings = {};  // --set
  std::vector<PooledPairs> pooled = {};              // oldest first
  int repeats = 0;         // beyond what was planned at first: the levels follow, too
  std::vector<int> looks;  // at so many pairs it could have ended; the verdict's levels follow
  std::vector<ExperimentPair> pairs;
  // What the verdict rests on beside the trials (reanalysis.h). None: an older tare's.
  std::optional<Criteria> criteria;         // but for the levels, which follow from the looks
  std::vector<std::string> found_invalid;   // what was seen while measuring, and no trial tells
  std::optional<MapDifference> plans = {};  // of its two plan maps; none: none were taken
  Comparison comparison;
  Rollback rollback;
  std::vector<std::string> cache_cleared;   // key patterns cleared in both arms
  int64_t cache_keys_cleared = 0;           // in all trials together
  int exit_code = 0;                        // what exit_code() said: 0 to 3
  std::vector<std::string> schema_changes;  // what applying did: "+ index ...", "- column ..."
  std::vector<std::string> design;  // how fresh each trial began, and what that loses, in sentences
  std::vector<std::string> warnings;

  friend bool operator==(const Experiment&, const Experiment&) = default;
};

// How many pairs were begun, those that were measured again once.
int pairs_begun(const Experiment& experiment);

// That of the comparison; 1 instead of 0 or 2 when the rollback failed or left another schema.
int exit_code(const Comparison& comparison, const Rollback& rollback);

// Throws std::invalid_argument naming the field when a number is NaN or infinite.
std::string experiment_to_json(const Experiment& experiment);

// Throws FileProblems naming `source_name` and the place.
Experiment experiment_from_json(std::string_view text, const std::string& source_name);

// Writes experiment.json into `folder`; throws std::runtime_error when the disk refuses.
void write_experiment(const std::filesystem::path& folder, const Experiment& experiment);

// Throws UsageError when `folder` has no experiment.json, FileProblems as above.
Experiment read_experiment(const std::filesystem::path& folder);

}  // namespace tare
