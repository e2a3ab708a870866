// The scale on which a metric's pairs are subtracted, and the way back to what people read:
// log-ratios for times and rates, log-odds for shares.
// Level: compare. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/compare/comparison.h"

namespace tare {

enum class WorseIs { higher, lower };

// A metric of one trial; `of` is what a share is a share of (0: not known).
struct TrialValue {
  double value = 0;
  int64_t of = 0;
};

class DifferenceScale {
 public:
  // Of both arms' values, pair by pair; neither is empty.
  DifferenceScale(ChangeKind kind, WorseIs worse, const std::vector<TrialValue>& baseline,
                  const std::vector<TrialValue>& contender);

  // One for each pair, up is worse. A share is taken half an event towards the middle, so that none
  // and all have log-odds too (Haldane 1955; Anscombe 1956).
  const std::vector<double>& differences() const { return differences_; }

  // What a difference means for the row: a relative change, or points. A limit's distance from the
  // estimate is turned back, and laid at the row's own change.
  double change() const { return change_; }
  double change_at(double difference) const;

  // A margin in the row's terms, on the scale: of the worse side or the better. Infinite where no
  // value is so much better or worse.
  double worse_margin(double margin) const;
  double better_margin(double margin) const;

 private:
  double towards(double margin, double sign) const;
  double read(double difference) const;  // turned back alone

  ChangeKind kind_;
  double sign_ = 1;    // -1: lower is worse
  double anchor_ = 0;  // the baseline's mean log-odds
  std::vector<double> differences_;
  double mean_ = 0;    // of the differences
  double change_ = 0;  // in the row's terms
};

}  // namespace tare
