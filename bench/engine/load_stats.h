// Counts the records of a run: requests by outcome, histograms per operation, path and step, and
// the interval log. Requests meant to start before the measured window do not count.
// Level: engine. One thread; a value of that thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/engine/stall_finder.h"
#include "bench/engine/traffic.h"
#include "bench/model/histogram.h"
#include "bench/model/result.h"

namespace tare {

class LoadStats {
 public:
  // `warmup` is where the measured window of length `measure` begins, since the schedule's start.
  LoadStats(const Traffic& traffic, Nanoseconds warmup, Nanoseconds measure);

  void add(const RequestRecord& record);

  // Writes the last interval; call once, when every record has been added.
  void finish();

  // The interval log's lines so far (no header): one per series and second of the window.
  const std::string& interval_lines() const { return interval_lines_; }

  // Operations that readers ask, lag and wait in the result's form. Throws std::logic_error when
  // the identities of result.h do not hold.
  std::map<std::string, OperationResult> operations() const;
  std::map<std::string, JobResult> jobs() const;
  HistogramSummary lag() const { return total_[kLag].summary(); }
  HistogramSummary wait() const { return total_[kWait].summary(); }
  int64_t scheduled() const;  // in the window
  std::optional<Stalls> stalls() const { return stalls_.stalls(); }

  // How often readers made this call of an operation in the warm-up; by place in
  // Traffic::operations() and OperationTraffic::call_names.
  int64_t warmup_calls(size_t operation, size_t call) const {
    return warmup_calls_[operation][call];
  }

  // What readers asked of each rule, warm-up too, as the server's own counters see it; by place in
  // Scenario::cache_rules.
  const std::vector<CacheLookups>& lookups() const { return lookups_; }

  // Ok requests, warm-up too, since this was last asked: for progress.
  Histogram take_live();

 private:
  using Table = std::vector<Histogram>;  // one histogram per series
  static constexpr size_t kLag = 0, kWait = 1, kThirds = 3;
  struct Places {  // of an operation's series in a table
    size_t response = 0, service = 0, paths = 0, calls = 0;
  };
  struct Counts {
    RequestCounts requests;
    std::array<int64_t, kFailureNames.size()> failures{};
    std::array<int64_t, kPathNames.size()> paths{};
  };

  struct JobCounts {
    RunCounts runs;
    int64_t batches = 0, retries = 0, work_left = 0;
    size_t lateness = 0, duration = 0;  // series
  };

  size_t add_series(std::string tag);
  void add_run(const RequestRecord& record);
  void add_lookups(const RequestRecord& record);
  void reach_interval(const RequestRecord& record);
  void add_to_interval(const RequestRecord& record);
  void flush_interval();
  std::map<std::string, PathResult> paths_of(size_t operation) const;
  size_t third_of(const RequestRecord& record) const;
  OperationResult operation_result(size_t operation) const;

  const Traffic& traffic_;
  Nanoseconds warmup_, measure_;
  std::vector<std::string> tags_;
  std::vector<Places> places_;
  std::vector<Counts> counts_;
  std::vector<JobCounts> jobs_;
  std::vector<CacheLookups> lookups_;
  std::vector<std::array<int64_t, kMaxCalls>> warmup_calls_;
  Table interval_, total_;
  Table thirds_;  // response times of each operation's ok requests, kThirds a piece
  Histogram live_;
  StallFinder stalls_;
  int64_t interval_second_ = 0;
  std::string interval_lines_;
};

}  // namespace tare
