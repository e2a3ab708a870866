// False alarms on someone else's noise: one toolchain's benchmarks, run again on many days. Two
// arms of the same are made of them in four ways; whatever a rule calls different is a false alarm,
// or what the days did. Level: proof. Pure functions, the same every time; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/proof/go_benchmarks.h"
#include "tools/proof/rival_rules.h"

namespace tare {

enum class GoArms {
  // Neighbouring repeats of one day are a pair, a coin says which is the baseline: tare's design.
  one_day_paired,
  one_day_in_sequence,  // the first half of a day's repeats, then the second
  // Two neighbouring days, the i-th repeat of one with the i-th of the other. A day's repeats share
  // the day, so no rule that takes repeats for replicates can be right about it.
  two_days,
  // A day is one value, the median of its repeats; two neighbouring days are a pair, a coin says
  // which is the baseline. The day is the replicate.
  days_paired,
};
inline constexpr GoArms kGoArms[] = {GoArms::one_day_paired, GoArms::one_day_in_sequence,
                                     GoArms::two_days, GoArms::days_paired};

struct GoFalseAlarms {
  GoArms arms = GoArms::one_day_paired;
  std::string rule;
  int experiments = 0;
  int alarms = 0, gains = 0;  // called regressed, improved
  std::optional<int> alike;   // called not worse or equivalent; none: the rule has no such word
  int found = 0;              // alarms when the contender's figures are made 5 % larger
};

// Benchmarks with fewer repeats in a run are left out of it.
inline constexpr size_t kFewestRepeats = 14;
// So many coins are tossed for each benchmark when days are the pairs.
inline constexpr int kDayAssignments = 10;

// Each way with each rule that it has trials enough for; every benchmark of every run, or of every
// two runs (1 and 2, 3 and 4 ...), or of all, is an experiment. The runs are in their order.
std::vector<GoFalseAlarms> go_false_alarms(const std::vector<GoRun>& runs);

// As Markdown, with what was read and what the figures mean.
std::string go_table(const std::vector<GoRun>& runs);

}  // namespace tare
