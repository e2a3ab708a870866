// Finds the stalls of the servers (Stalls in result.h) from the records of a run.
//
// What is kept per 10 ms: the first and the last answer, and the earliest sending of a call that
// ended then. A stall lasts at least so long, so it begins at the last answer of one such bin and
// ends at the first of another. No call ends in between: what is at a server at any time in it is
// there until its end, so it began with the last answer before, or with the earliest sending among
// the calls that ended later, whichever came last. All that is kept are smallest and largest
// values: records may come in any order, from any number of workers.
//
// A call that was given up, or whose connection was lost, is no answer: it counts as being at the
// server until the next answer. Jobs do not count: only the last batch of a run is in its record.
// Level: engine. One thread. Memory: 24 bytes per 10 ms, at most an hour.
#pragma once

#include <optional>
#include <vector>

#include "bench/engine/request.h"
#include "bench/model/result.h"

namespace tare {

class StallFinder {
 public:
  static constexpr Nanoseconds kShortest = std::chrono::milliseconds(10);
  static constexpr Nanoseconds kLongestLoad = std::chrono::hours(1);  // warm-up and window

  // The measured window, since the schedule's start.
  StallFinder(Nanoseconds begin, Nanoseconds end);

  void add(const RequestRecord& record);

  // None when the load is too long. Stalls are cut to the window, then held against kShortest.
  std::optional<Stalls> stalls() const;

 private:
  struct Bin {
    Nanoseconds first_answer = Nanoseconds::max(), last_answer = Nanoseconds::min();
    Nanoseconds earliest_sent = Nanoseconds::max();
  };
  Bin& bin_of(Nanoseconds time);

  Nanoseconds begin_, end_;
  std::vector<Bin> bins_;  // the last one: everything after the window
};

}  // namespace tare
