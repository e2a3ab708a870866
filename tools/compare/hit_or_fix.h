// Hit or fix: how much of an operation's change came from more hits, and how much from less work.
//
// The change of its tm95 is split over the ways its fastest 95 % of requests went. With w the share
// of hits and misses among them, r the share of hits among those, h, m and o the means of hits,
// misses and other ways, tm95 = w (r h + (1 - r) m) + (1 - w) o, and its change is the sum of
//   more hits     w' dr (h' - m')        (faster hits than misses: more hits make it smaller)
//   hits          w' r' dh
//   misses        w' (1 - r') dm
//   other ways    the rest: bypass, write and plain, and requests that changed to them
// where d is contender less baseline and ' the mean of both arms: the Marshall-Edgeworth split,
// which leaves no remainder. A way that one arm does not go has the other arm's mean there.
//
// Beside it stands what a miss asks of PostgreSQL: the blocks of all its SQL steps, and of those
// that a hit makes too. The sentence follows these rules; a change is one for the better or the
// worse, and more is less for the worse:
//   within_margin  the change is smaller than the margin of the tm95: no words
//   unclear        one pair, or the interval of the pairs' changes (each as a share of its tm95)
//                  holds 0: no words, except of more hits alone, if their interval does not hold 0,
//                  they make a margin or more and the work is the same
//   no_plans       the work is not known: no cause is named
//   both           more hits and less work each make a quarter of the change or more
//   cache          more hits make half of it or more
//   work           less work makes half of it or more: a fix
//   neither        none of these
// "More hits" count only if the hit ratio of all requests, the slowest too, rose by kHitRatioMoved.
// "Less work" is the time of misses and other ways if the blocks of a miss fell, and that of hits
// if the blocks of a hit did: by more than kSameWork of them and more than kSameBlocks.
//
// Level: compare. Pure functions on values; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/model/result.h"

namespace tare {

struct PairSample;
struct Criteria;

inline constexpr double kHitRatioMoved = 0.002;
inline constexpr double kSameWork = 0.05;
inline constexpr double kSameBlocks = 5;

enum class Cause { within_margin, unclear, no_plans, both, cache, work, neither };

struct Blocks {
  double baseline = 0, contender = 0;

  friend bool operator==(const Blocks&, const Blocks&) = default;
};

struct HitOrFix {
  std::string operation;
  int pairs = 0;           // that entered; the figures are means over them
  double baseline_ns = 0;  // tm95
  double change_ns = 0;    // the sum of the four parts
  double more_hits_ns = 0, hits_ns = 0, misses_ns = 0, others_ns = 0;
  std::optional<double> hit_ratio_change;  // of all requests; none: no cached step
  std::optional<Blocks> blocks_per_miss;   // or per request without a cached step; none: no plans
  std::optional<Blocks> blocks_per_hit;    // none: a hit asks PostgreSQL nothing
  Cause cause = Cause::unclear;
  std::string words;  // empty: nothing worth saying

  friend bool operator==(const HitOrFix&, const HitOrFix&) = default;
};

// One trial's fastest 95 %.
struct Ways {
  TrimmedPart hits, misses, others;
};

// None when the trial has no such requests, or is an older tare's with more than one path.
std::optional<Ways> ways_of(const OperationResult& operation);

struct ChangeParts {
  double more_hits = 0, hits = 0, misses = 0, others = 0;

  double sum() const { return more_hits + hits + misses + others; }
};
ChangeParts split_change(const Ways& baseline, const Ways& contender);

// The rules above but for "unclear"; `margin` is a share of the baseline.
Cause cause_of(const HitOrFix& found, double margin);
std::string words_of(const HitOrFix& found);  // of its cause

// The parts that are not 0, in plain words: "more hits", "slower misses", "other ways".
struct NamedPart {
  std::string name;
  double ns = 0;
};
std::vector<NamedPart> named_parts(const HitOrFix& found);

// One for each operation that can be split, by name.
std::vector<HitOrFix> hit_or_fix(const std::vector<PairSample>& pairs, const Criteria& criteria);

// "cache", "work" ...: for files.
std::string to_text(Cause cause);

}  // namespace tare
