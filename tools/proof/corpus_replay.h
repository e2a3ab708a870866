// Experiments drawn from a cell's pairs and decided by the real comparison, look by look: how often
// it says what. Between its own looks nothing differs from an experiment under way.
// Level: proof. Pure functions with fixed seeds, the same every time; safe from any thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/statistics.h"
#include "tools/proof/corpus.h"
#include "tools/proof/rival_rules.h"

namespace tare {

// The metric whose rows are counted, of every operation.
inline constexpr const char* kReplayedMetric = "response_time_tm95";

// What one experiment said in the end.
struct Replay {
  int pairs = 0;      // that it took
  int exit_code = 0;  // of all its gating rows, limits and expectations: 0 to 3
  std::map<std::string, Verdict> verdicts;  // of the metric, by operation; all invalid if it is
  std::map<std::string, Cause> causes;      // of hit_or_fix, by operation
  std::string invalid_reason;               // the first; empty: it is valid
};

// An experiment on these pairs of the cell (by number, in this order; one may come twice), looked
// at after `looks` of them, until the exit code is not 2. `margin` is the metric's.
Replay replay(const CorpusCell& cell, const std::vector<size_t>& numbers,
              const std::vector<int>& looks, double margin);

struct VerdictCounts {
  std::array<int, 6> of{};  // by Verdict
  int cache = 0;            // with the words "the cache"

  int count(Verdict verdict) const { return of[size_t(verdict)]; }
};

struct Tally {
  int experiments = 0;
  double worth = 0;       // so many independent experiments it says as much as
  double mean_pairs = 0;  // that an experiment took; 0 without any
  std::array<int, 4> exit_codes{};
  std::map<std::string, VerdictCounts> operations;
  std::string invalid_reason;  // of the first invalid one
};

// One after the other through the recorded order, each beginning where the last one ended, while
// `most` pairs are left: no two share a pair, so each counts as one.
Tally independent_experiments(const CorpusCell& cell, int most, double margin);

// `draws` experiments, each of blocks of five consecutive pairs (so that what drifts is kept)
// drawn with replacement, going on at the beginning after the end. They say no more than
// pairs / mean pairs independent ones.
inline constexpr size_t kBlock = 5;
Tally resampled_experiments(const CorpusCell& cell, int most, double margin, int draws,
                            const Progress& progress);

// The same where nothing differs between the arms, with a coin for each pair that says which trial
// is the baseline's. Identical arms may be called either way, so each experiment counts as one: for
// the noise of these pairs, and blind to a difference that the arms should not have.
Tally swapped_experiments(const CorpusCell& cell, int most, double margin, int draws,
                          const Progress& progress);

// By its name: "quiet-aa".
bool has_identical_arms(const CorpusCell& cell);

// What a rule of others says of blocks of pairs that lie next to each other and do not overlap:
// ten pairs for a U test, seven for the medians, one for single runs.
struct RivalTally {
  std::string rule;
  int experiments = 0, alarms = 0, gains = 0;
};
std::vector<RivalTally> rival_tallies(const CorpusCell& cell, const std::string& operation);

// What all pairs of a cell say of an operation's metric together.
struct WholeChange {
  int pairs = 0;                   // that have it in both arms
  double change = 0;               // 0.05 = +5 %
  std::optional<Interval> limits;  // 95 %, by the t distribution; none for one pair
  double spread = 0;               // standard deviation of a pair's log-ratio
  double neighbours = 0;           // correlation of a pair's log-ratio with the next one's
};
// None without a pair.
std::optional<WholeChange> whole_change(const CorpusCell& cell, const std::string& operation);

// By name, of all trials.
std::vector<std::string> operations_of(const CorpusCell& cell);

}  // namespace tare
