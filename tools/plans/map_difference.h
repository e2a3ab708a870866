// What became of a scenario's plans: two plan maps held against each other.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model/plan_map.h"
#include "tools/plans/work.h"

namespace tare {

// At or below this margin either plan may be chosen from one ANALYZE to the next (measured: all
// flips lay within it), so such a plan is no ground to fail on.
inline constexpr double kCoinFlip = 0.02;

// Of the calls: parameters that fewer ask with are shown and do not gate, for the load says little
// of them.
inline constexpr double kFewestCalls = 0.01;

// Parameters of one step that went from one plan to another; or stayed with it, and took other
// work.
struct PlanTransition {
  std::string before, after;                  // F1; the same: only the work differs
  std::string before_summary, after_summary;  // in words
  double share = 0;                           // of the step's calls
  int points = 0;
  Parameters example;                                 // the one most calls ask with
  std::optional<WorkVector> before_work, after_work;  // of the example; none: not executed in both
  WorkVerdict verdict = WorkVerdict::same;            // on work; same where it was not executed
  std::string words;                                  // node by node
  std::optional<double> before_margin, after_margin;
  bool coin_flip =
      false;  // each is the other's next best within kCoinFlip: it may go back by itself
  bool generic =
      false;           // sessions go over to the generic plan: their first five executions meet it
  bool sixth = false;  // what they meet from the sixth on

  friend bool operator==(const PlanTransition&, const PlanTransition&) = default;
};

// Parameters of one step that PostgreSQL planned and executed before, and now refuses.
struct Refusal {
  std::string error;
  double share = 0;  // of the step's calls
  int points = 0;
  Parameters example;  // the one most calls ask with

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct QueryDifference {
  std::string operation, step;
  double share = 0;  // of the load's requests
  bool other_sql = false;
  std::vector<PlanTransition> transitions;  // the most work first, weighed by calls
  std::vector<std::string> boundaries;      // that moved, in words
  std::vector<std::string> notes;
  std::vector<Refusal> refusals = {};

  friend bool operator==(const QueryDifference&, const QueryDifference&) = default;
};

struct MapDifference {
  std::vector<QueryDifference> queries;  // those that differ or have notes
  int compared = 0;                      // queries that both maps have
  int points = 0;                        // parameter sets that both asked about
  WorkLimit limit;

  friend bool operator==(const MapDifference&, const MapDifference&) = default;
};

MapDifference map_difference(const PlanMap& before, const PlanMap& after, const WorkLimit& limit);

// Whether work grew past the limit anywhere, or what the load asks is refused now; coin flips left
// out, and what sessions with a generic plan hardly meet.
bool work_regressed(const MapDifference& difference);

// Whether a plan changed for parameters that the load asks with, and its work is not known.
bool work_unknown(const MapDifference& difference);

// "for 62 % of calls (done): Seq Scan on relation (3,411 blocks) became ...".
std::string to_words(const PlanTransition& transition);

// "for 62 % of calls (done): refused now: ERROR ...".
std::string to_words(const Refusal& refusal);

// "done, NULL"; "no parameters".
std::string to_words(const Parameters& parameters);

}  // namespace tare
