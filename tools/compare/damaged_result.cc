#include "tools/compare/damaged_result.h"

#include <fmt/format.h>

namespace tare {
namespace {

constexpr double kLeast = 1e-6, kMost = 1e15;  // ns, seconds, requests: more than any trial has
constexpr int64_t kMostCounted = 1'000'000'000'000'000;

class Check {
 public:
  void count(const std::string& name, int64_t value) {
    if (value < 0 || value > kMostCounted) refuse(name, std::to_string(value));
  }
  // Zero stands for nothing measured.
  void figure(const std::string& name, double value) {
    if (value != 0 && !(value >= kLeast && value <= kMost)) refuse(name, fmt::format("{}", value));
  }
  void share(const std::string& name, double value) {
    if (!(value >= 0 && value <= 1)) refuse(name, fmt::format("{}", value));
  }
  void at_most(const std::string& name, int64_t value, int64_t all) {
    if (value > all) refuse(name, fmt::format("{} of {}", value, all));
  }
  void times(const std::string& name, const HistogramSummary& times) {
    count(name + ".count", times.count);
    figure(name + ".mean", times.mean);
    figure(name + ".tm95", times.tm95);
    for (const int64_t value :
         {times.p50, times.p90, times.p95, times.p99, times.p999, times.max}) {
      count(name, value);
    }
  }

  std::string first() const { return first_; }

 private:
  void refuse(const std::string& name, const std::string& value) {
    if (!first_.empty()) return;
    first_ = fmt::format(
        "{} is {}, which no trial measures: the file is damaged; put back the one that was written",
        name, value);
  }

  std::string first_;
};

void check_operation(const std::string& name, const OperationResult& operation, Check& check) {
  const RequestCounts& requests = operation.requests;
  for (const auto& [what, value] :
       {std::pair<const char*, int64_t>{"scheduled", requests.scheduled},
        {"ok", requests.ok},
        {"failed", requests.failed},
        {"timed_out", requests.timed_out},
        {"dropped", requests.dropped},
        {"unfinished", requests.unfinished}}) {
    check.count(name + ".requests." + what, value);
  }
  check.at_most(name + ".requests.ok", requests.ok, requests.scheduled);
  check.times(name + ".response_time_ns", operation.response_time_ns);
  check.times(name + ".service_time_ns", operation.service_time_ns);
  for (const auto& [path, result] : operation.paths) {
    check.count(name + ".paths." + path + ".count", result.count);
    check.times(name + ".paths." + path + ".response_time_ns", result.response_time_ns);
    if (!result.tm95_part) continue;
    check.share(name + ".paths." + path + ".tm95_part.share", result.tm95_part->share);
    check.figure(name + ".paths." + path + ".tm95_part.mean_ns", result.tm95_part->mean);
  }
  for (const auto& [step, result] : operation.steps) {
    check.count(name + ".steps." + step + ".calls", result.calls);
    check.times(name + ".steps." + step + ".service_time_ns", result.service_time_ns);
  }
  check.count(name + ".cache_check.checked", operation.cache_check.checked);
  check.count(name + ".cache_check.different", operation.cache_check.different);
}

void check_job(const std::string& name, const JobResult& job, Check& check) {
  const RunCounts& runs = job.runs;
  for (const auto& [what, value] : {std::pair<const char*, int64_t>{"scheduled", runs.scheduled},
                                    {"ok", runs.ok},
                                    {"failed", runs.failed},
                                    {"timed_out", runs.timed_out},
                                    {"skipped", runs.skipped},
                                    {"unfinished", runs.unfinished}}) {
    check.count(name + ".runs." + what, value);
  }
  check.times(name + ".lateness_ns", job.lateness_ns);
  check.times(name + ".duration_ns", job.duration_ns);
}

}  // namespace

std::string why_damaged(const Result& result) {
  Check check;
  check.figure("measured_s", result.measured_s);
  check.figure("offered_rate_per_s", result.offered_rate_per_s);
  check.figure("achieved_rate_per_s", result.achieved_rate_per_s);
  for (const auto& [name, operation] : result.operations) {
    check_operation("operations." + name, operation, check);
  }
  for (const auto& [name, job] : result.jobs) check_job("jobs." + name, job, check);
  if (result.stalls) {
    check.count("stalls.count", result.stalls->count);
    check.count("stalls.total_ns", result.stalls->total_ns);
  }
  check.times("generator.lag_ns", result.generator.lag_ns);
  return check.first();
}

}  // namespace tare
