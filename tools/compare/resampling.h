// Experiments resampled from the pairs of an A/A experiment: how often the whole rule, with all its
// looks, would be wrong on this machine, and how often it would have an answer.
// Level: compare. Pure functions, the same to the last bit every time; safe from any thread.
#pragma once

#include <vector>

#include "tools/compare/decision.h"

namespace tare {

// One pair of a resampled experiment. Both arms are the same, so either may be called the baseline.
struct ResampledPair {
  size_t pair = 0;  // of those that were measured
  bool swapped = false;
};

// So many pairs, resampled with replacement from `measured` ones, arms swapped at random; `number`
// chooses the experiment. A shorter one is the beginning of a longer one. Throws
// std::invalid_argument when none was measured.
std::vector<ResampledPair> resample(int measured, int pairs, int number);

enum class Ending {
  alarm,   // a row regressed
  passed,  // every row is not worse, equivalent or improved
  open,    // neither, at the last look
};

struct Ended {
  Ending ending = Ending::open;
  int pairs = 0;
};

// As `tare ab` decides: at each look, at levels for all standard looks, Holm over the rows; it ends
// where nothing is inconclusive or something regressed. decide() has the last word; what cannot
// become a verdict is seen without it, because there are thousands of experiments.
class ResampledRule {
 public:
  // The standard looks of at most so many pairs.
  explicit ResampledRule(int most_pairs);

  // `rows` hold all measured pairs, in one order; `chosen` is long enough for the last look.
  Ended run(const std::vector<Differences>& rows, const std::vector<ResampledPair>& chosen) const;

 private:
  struct Look {
    int pairs = 0;
    double width = 0;  // of half an interval, in standard errors
  };
  enum class Hint { alarm, pass, open };
  Hint hint(const Differences& row, const std::vector<ResampledPair>& chosen,
            const Look& look) const;
  Ending look_at(const std::vector<Differences>& rows, const std::vector<ResampledPair>& chosen,
                 const Look& look) const;

  Levels levels_;
  std::vector<Look> looks_;
};

}  // namespace tare
