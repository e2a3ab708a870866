// What taints a trial or a pair: something beside the change may have made its figures. A tainted
// pair is measured again, within a bound, and stays on record.
// Level: compare. Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "bench/model/result.h"
#include "tools/compare/comparison.h"
#include "tools/compare/experiment_file.h"

namespace tare {

// Each reason says what was seen, with figures, and what to do.

// Of a trial that cannot be believed at all: connections lost, the clock set, the offered rate not
// reached. It makes a comparison with it invalid.
std::vector<std::string> reasons_disturbed(const Result& trial);

// Of a trial that may mislead: what disturbed it; a generator at its limit, time that the host or
// the cgroup took away, a server that began anew.
std::vector<std::string> reasons_tainted(const Result& trial);

// Of a pair: those of both trials; what befell one arm alone and the change does not declare:
// maintenance of the servers, evictions, time that the host took; and a baseline that drifts inside
// its window unlike those of the pairs `before`. A generator that was later in one arm taints no
// pair: a slower server on the same cores makes it so. Rows are judged with that slack.
std::vector<std::string> reasons_tainted(const PairSample& pair,
                                         const std::vector<PairSample>& before,
                                         const Criteria& criteria);

// How many tainted pairs are measured again: a third of those wanted, at least one.
int most_repeats(int pairs_wanted);

// More than a third of the pairs are tainted: the reason why the experiment is invalid, with what
// to mend. Empty: they are not.
std::string too_many_tainted(const std::vector<ExperimentPair>& pairs);

// Whether so many are tainted that the rest cannot bring them under a third any more. Never of
// fewer than six pairs: they end soon anyway, and leave the whole evidence.
bool beyond_repair(const std::vector<ExperimentPair>& pairs, int pairs_wanted);

// The samples that count; all of them when every pair is tainted. Both lists in the same order.
std::vector<PairSample> untainted(const std::vector<PairSample>& samples,
                                  const std::vector<ExperimentPair>& pairs);

}  // namespace tare
