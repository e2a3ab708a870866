#include "bench/engine/load_stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bench/model/histogram_log.h"

namespace tare {
namespace {

// Tags hold no comma, space or line break.
std::string as_tag(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ',' || c <= ' '; }, '_');
  return text;
}

void count(RunCounts& counts, Status status) {
  ++counts.scheduled;
  ++(status == Status::ok          ? counts.ok
     : status == Status::failed    ? counts.failed
     : status == Status::timed_out ? counts.timed_out
     : status == Status::dropped   ? counts.skipped
                                   : counts.unfinished);
}

void count(RequestCounts& counts, Status status) {
  ++counts.scheduled;
  switch (status) {
    case Status::ok:
      ++counts.ok;
      break;
    case Status::failed:
      ++counts.failed;
      break;
    case Status::timed_out:
      ++counts.timed_out;
      break;
    case Status::dropped:
      ++counts.dropped;
      break;
    case Status::unfinished:
      ++counts.unfinished;
      break;
  }
}

}  // namespace

LoadStats::LoadStats(const Traffic& traffic, Nanoseconds warmup, Nanoseconds measure)
    : traffic_(traffic),
      warmup_(warmup),
      measure_(measure),
      counts_(traffic.operations().size()),
      warmup_calls_(traffic.operations().size()),
      thirds_(traffic.operations().size() * kThirds),
      stalls_(warmup, warmup + measure) {
  add_series("generator.lag");
  add_series("generator.wait");
  for (const OperationTraffic& operation : traffic.operations()) {
    const std::string name = as_tag(operation.name);
    Places places;
    places.response = add_series(name + ".response");
    places.service = add_series(name + ".service");
    places.paths = tags_.size();
    for (std::string_view path : kPathNames) {
      add_series(fmt::format("{}.path.{}.response", name, path));
    }
    places.calls = tags_.size();
    for (const std::string& call : operation.call_names) {
      add_series(fmt::format("{}.step.{}.service", name, as_tag(call)));
    }
    places_.push_back(places);
    for (const auto& step : operation.steps) {
      const auto* cached = std::get_if<CacheStep>(&step);
      if (cached && cached->rule >= lookups_.size()) lookups_.resize(cached->rule + 1);
    }
  }
  for (const JobTraffic& job : traffic.jobs()) {
    const std::string name = "job." + as_tag(job.name);
    JobCounts& counts = jobs_.emplace_back();
    counts.lateness = add_series(name + ".lateness");
    counts.duration = add_series(name + ".duration");
  }
}

size_t LoadStats::add_series(std::string tag) {
  tags_.push_back(std::move(tag));
  interval_.emplace_back();
  total_.emplace_back();
  return tags_.size() - 1;
}

void LoadStats::add(const RequestRecord& record) {
  if (record.job != 0) return add_run(record);
  add_lookups(record);
  if (record.status == Status::ok) live_.record(record.response.count());
  stalls_.add(record);  // of the warm-up too: its last calls reach into the window
  if (record.intended < warmup_) {
    for (size_t i = 0; i < kMaxCalls; ++i) {
      warmup_calls_[record.operation][i] += record.call_ns[i] != RequestRecord::kNotMade;
    }
    return;
  }
  Counts& counts = counts_[record.operation];
  count(counts.requests, record.status);
  if (record.status == Status::failed) ++counts.failures[size_t(record.failure)];
  if (record.status == Status::ok) ++counts.paths[size_t(record.path)];
  if (record.status == Status::dropped) return;
  add_to_interval(record);
}

void LoadStats::add_lookups(const RequestRecord& record) {
  const auto made = [&record](const PlannedCall& call) {
    return record.call_ns[call.slot] != RequestRecord::kNotMade;
  };
  for (const auto& step : traffic_.operations()[record.operation].steps) {
    const auto* cached = std::get_if<CacheStep>(&step);
    if (!cached) continue;
    CacheLookups& lookups = lookups_[cached->rule];
    lookups.gets += made(cached->get);
    lookups.hits += (record.hits >> cached->get.slot) & 1;
    lookups.bypassed += made(cached->query) && !made(cached->get);
    lookups.stored += made(cached->set);
  }
}

// No job falls due before the window. A run that was never begun has no times.
void LoadStats::add_run(const RequestRecord& record) {
  JobCounts& job = jobs_[record.job - 1];
  count(job.runs, record.status);
  job.batches += record.batches;
  job.retries += record.retries;
  job.work_left += record.work_left;
  if (record.status == Status::dropped || record.response == Nanoseconds(0)) return;
  reach_interval(record);
  interval_[job.lateness].record(record.lateness.count());
  interval_[job.duration].record((record.response - record.lateness).count());
}

// By the second in which a request was done. Workers are read in turn, so a record may come a
// little late; it then counts in the second at hand.
void LoadStats::reach_interval(const RequestRecord& record) {
  const auto second =
      std::chrono::duration_cast<std::chrono::seconds>(record.intended + record.response - warmup_);
  if (second.count() > interval_second_) {
    flush_interval();
    interval_second_ = second.count();
  }
}

void LoadStats::add_to_interval(const RequestRecord& record) {
  reach_interval(record);
  const Places& places = places_[record.operation];
  interval_[kLag].record(record.lag().count());
  interval_[kWait].record(record.wait.count());
  for (size_t call = 0; call < traffic_.operations()[record.operation].call_names.size(); ++call) {
    if (record.call_ns[call] == RequestRecord::kNotMade) continue;
    interval_[places.calls + call].record(record.call_ns[call]);
  }
  if (record.status != Status::ok) return;
  interval_[places.response].record(record.response.count());
  interval_[places.service].record(record.service.count());
  interval_[places.paths + size_t(record.path)].record(record.response.count());
  thirds_[record.operation * kThirds + third_of(record)].record(record.response.count());
}

size_t LoadStats::third_of(const RequestRecord& record) const {
  if (measure_ <= Nanoseconds(0)) return 0;
  const double share = double((record.intended - warmup_).count()) / double(measure_.count());
  return std::min(size_t(share * double(kThirds)), kThirds - 1);
}

void LoadStats::flush_interval() {
  for (size_t series = 0; series < tags_.size(); ++series) {
    if (interval_[series].empty()) continue;
    interval_lines_ +=
        histogram_log_line(tags_[series], double(interval_second_), 1.0, interval_[series]);
    total_[series].merge(interval_[series]);
    interval_[series].clear();
  }
}

void LoadStats::finish() {
  flush_interval();
}

int64_t LoadStats::scheduled() const {
  int64_t sum = 0;
  for (const Counts& counts : counts_) sum += counts.requests.scheduled;
  return sum;
}

Histogram LoadStats::take_live() {
  return std::exchange(live_, Histogram());
}

std::map<std::string, OperationResult> LoadStats::operations() const {
  std::map<std::string, OperationResult> results;
  for (size_t i = 0; i < counts_.size(); ++i) {
    const bool of_job = std::any_of(traffic_.jobs().begin(), traffic_.jobs().end(),
                                    [i](const JobTraffic& job) { return job.operation == i; });
    if (of_job && counts_[i].requests.scheduled == 0) continue;
    results.emplace(traffic_.operations()[i].name, operation_result(i));
  }
  return results;
}

std::map<std::string, JobResult> LoadStats::jobs() const {
  std::map<std::string, JobResult> results;
  for (size_t i = 0; i < jobs_.size(); ++i) {
    const JobTraffic& traffic = traffic_.jobs()[i];
    const JobCounts& counts = jobs_[i];
    JobResult result;
    result.operation = traffic_.operations()[traffic.operation].name;
    result.every_s = std::chrono::duration<double>(traffic.every).count();
    result.runs = counts.runs;
    result.batches = counts.batches;
    result.retries = counts.retries;
    result.work_left = counts.work_left;
    result.lateness_ns = total_[counts.lateness].summary();
    result.duration_ns = total_[counts.duration].summary();
    results.emplace(traffic.name, std::move(result));
  }
  return results;
}

std::map<std::string, PathResult> LoadStats::paths_of(size_t operation) const {
  constexpr double kTypical = 0.95;  // as HistogramSummary::tm95
  const size_t first = places_[operation].paths;
  std::vector<const Histogram*> histograms;
  for (size_t path = 0; path < kPathNames.size(); ++path) {
    histograms.push_back(&total_[first + path]);
  }
  const std::vector<TrimmedPart> parts = trimmed_parts(histograms, kTypical);
  std::map<std::string, PathResult> out;
  for (size_t path = 0; path < kPathNames.size(); ++path) {
    const int64_t count = counts_[operation].paths[path];
    if (count == 0) continue;
    out.emplace(kPathNames[path], PathResult{count, histograms[path]->summary(), parts[path]});
  }
  return out;
}

OperationResult LoadStats::operation_result(size_t operation) const {
  const OperationTraffic& traffic = traffic_.operations()[operation];
  const Counts& counts = counts_[operation];
  const Places& places = places_[operation];
  OperationResult result;
  result.requests = counts.requests;
  result.response_time_ns = total_[places.response].summary();
  result.service_time_ns = total_[places.service].summary();
  result.paths = paths_of(operation);
  int64_t on_paths = 0;
  for (const auto& [name, path] : result.paths) on_paths += path.count;
  for (size_t reason = 1; reason < kFailureNames.size(); ++reason) {
    if (counts.failures[reason] > 0) {
      result.failed.emplace(kFailureNames[reason], counts.failures[reason]);
    }
  }
  for (size_t call = 0; call < traffic.call_names.size(); ++call) {
    const Histogram& histogram = total_[places.calls + call];
    result.steps.emplace(traffic.call_names[call],
                         StepResult{histogram.count(), histogram.summary()});
  }
  for (size_t third = 0; third < kThirds; ++third) {
    const HistogramSummary times = thirds_[operation * kThirds + third].summary();
    result.thirds.push_back({times.count, times.tm95});
  }
  const RequestCounts& requests = result.requests;
  if (requests.scheduled != requests.ok + requests.failed + requests.timed_out + requests.dropped +
                                requests.unfinished ||
      requests.ok != on_paths || requests.ok != result.response_time_ns.count) {
    throw std::logic_error(
        fmt::format("requests of {} do not add up; please report this", traffic.name));
  }
  return result;
}

}  // namespace tare
