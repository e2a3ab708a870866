// What one trial says of one metric.
#include <algorithm>
#include <cmath>

#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

const OperationResult* operation_of(const Sample& sample, const std::string& name) {
  const auto found = sample.result.operations.find(name);
  return found == sample.result.operations.end() ? nullptr : &found->second;
}

Measurement measured_time(const HistogramSummary& times, std::string_view quantile) {
  Measurement out;
  if (times.count == 0) return out;
  struct Quantile {
    std::string_view name;
    double value;
    double share_beyond;  // 1: no quantile, all requests make it up
  };
  const Quantile quantiles[] = {{"tm95", times.tm95, 1},
                                {"mean", times.mean, 1},
                                {"p50", double(times.p50), 0.5},
                                {"p90", double(times.p90), 0.1},
                                {"p95", double(times.p95), 0.05},
                                {"p99", double(times.p99), 0.01},
                                {"p999", double(times.p999), 0.001},
                                {"max", double(times.max), 0}};
  for (const auto& [name, value, share_beyond] : quantiles) {
    if (name != quantile || !std::isfinite(value) || value <= 0) continue;
    out.value = value;
    if (share_beyond < 1) out.beyond = std::llround(double(times.count) * share_beyond);
  }
  return out;
}

int64_t path_count(const OperationResult& operation, const std::string& path) {
  const auto found = operation.paths.find(path);
  return found == operation.paths.end() ? 0 : found->second.count;
}

// Steps without a plan are Redis's: a run explains every SQL step.
std::optional<double> redis_calls(const Sample& sample, const std::string& name,
                                  const OperationResult& operation) {
  if (sample.plans.empty() || operation.requests.ok <= 0) return std::nullopt;
  int64_t calls = 0;
  for (const auto& entry : operation.steps) {  // clang 14 cannot capture a structured binding
    const std::string& step = entry.first;
    const bool is_sql =
        step.ends_with(".query") ||
        std::any_of(sample.plans.begin(), sample.plans.end(), [&](const TrialPlan& plan) {
          return plan.operation == name && plan.step == step;
        });
    if (!is_sql) calls += entry.second.calls;
  }
  if (calls == 0) return std::nullopt;
  return double(calls) / double(operation.requests.ok);
}

const JobResult* job_of(const Sample& sample, const std::string& name) {
  if (!name.starts_with(kJobPrefix)) return nullptr;
  const auto found = sample.result.jobs.find(name.substr(kJobPrefix.size()));
  return found == sample.result.jobs.end() ? nullptr : &found->second;
}

Measurement measure_job(const JobResult& job, const std::string& metric) {
  if (metric == "lateness_mean") return measured_time(job.lateness_ns, "mean");
  if (metric == "duration_mean") return measured_time(job.duration_ns, "mean");
  if (metric == "failed_share") {
    Measurement out{Unit::share, std::nullopt};
    if (job.runs.ok + job.runs.failed + job.runs.timed_out > 0) {
      out.value = job.runs.failed_share();
      out.of = job.runs.ok + job.runs.failed + job.runs.timed_out;
    }
    return out;
  }
  return {};
}

// What the servers spent in the window, by its ok requests; jobs' work is in it too.
Measurement measure_servers(const Result& result, const std::string& metric) {
  Measurement out;
  out.unit = metric.find("_bytes_") == std::string::npos ? Unit::nanoseconds : Unit::bytes;
  int64_t ok = 0;
  for (const auto& [name, operation] : result.operations) ok += operation.requests.ok;
  if (!result.observed || ok <= 0) return out;
  const auto& postgres = result.observed->postgres;
  const auto& redis = result.observed->redis;
  std::optional<int64_t> spent;
  if (metric == "postgres_cpu_per_request" && postgres) spent = postgres->cpu_ns;
  if (metric == "wal_bytes_per_request" && postgres) spent = postgres->wal_bytes;
  if (metric == "redis_cpu_per_request" && redis) spent = redis->cpu_ns;
  if (metric == "redis_bytes_per_request" && redis) {
    spent = redis->net_input_bytes + redis->net_output_bytes;
  }
  if (spent && *spent > 0) out.value = double(*spent) / double(ok);
  return out;
}

}  // namespace

std::string path_of(const std::string& metric) {
  constexpr std::string_view kResponse = "response_time_";
  if (!metric.starts_with(kResponse)) return "";
  const size_t end = metric.find('_', kResponse.size());
  return end == std::string::npos ? "" : metric.substr(end + 1);
}

Measurement measure(const Sample& sample, const Measurand& measurand) {
  const std::string &name = measurand.operation, &metric = measurand.metric;
  if (const JobResult* job = job_of(sample, name)) return measure_job(*job, metric);
  if (metric == "throughput" && name == kAllOperations) {
    const double rate = sample.result.achieved_rate_per_s;
    return {Unit::per_second, rate > 0 ? std::optional<double>(rate) : std::nullopt};
  }
  if (metric == "stalled_share" && name == kAllOperations) {
    Measurement out{Unit::share, std::nullopt};
    const double window_ns = sample.result.measured_s * 1e9;
    if (!sample.result.stalls || !(window_ns > 0)) return out;
    const double share = double(sample.result.stalls->total_ns) / window_ns;
    if (std::isfinite(share)) out.value = share;
    return out;
  }
  if (name == kAllOperations) return measure_servers(sample.result, metric);
  const OperationResult* operation = operation_of(sample, name);
  if (metric == "failed_share") {
    Measurement out{Unit::share, std::nullopt};
    if (operation && operation->requests.scheduled > 0) {
      out.value = operation->requests.failed_share();
      out.of = operation->requests.scheduled;
    }
    return out;
  }
  if (metric == "hit_ratio") {
    Measurement out{Unit::share, std::nullopt};
    if (!operation) return out;
    const int64_t hits = path_count(*operation, "hit"), misses = path_count(*operation, "miss");
    if (hits + misses > 0) out.value = double(hits) / double(hits + misses);
    out.of = hits + misses;
    return out;
  }
  if (metric == "redis_calls_per_request") {
    return {Unit::calls, operation ? redis_calls(sample, name, *operation) : std::nullopt};
  }
  if (!operation) return {};
  constexpr std::string_view kResponse = "response_time_", kService = "service_time_";
  if (const std::string path = path_of(metric); !path.empty()) {
    const auto found = operation->paths.find(path);
    if (found == operation->paths.end()) return {};
    const size_t length = metric.size() - kResponse.size() - path.size() - 1;
    return measured_time(found->second.response_time_ns, metric.substr(kResponse.size(), length));
  }
  if (metric.starts_with(kResponse)) {
    return measured_time(operation->response_time_ns, metric.substr(kResponse.size()));
  }
  if (metric.starts_with(kService) && measurand.step.empty()) {
    return measured_time(operation->service_time_ns, metric.substr(kService.size()));
  }
  if (metric.starts_with(kService)) {
    const auto step = operation->steps.find(measurand.step);
    if (step == operation->steps.end()) return {};
    return measured_time(step->second.service_time_ns, metric.substr(kService.size()));
  }
  return {};
}

int64_t scheduled_in(const Sample& sample, const std::string& name) {
  if (const JobResult* job = job_of(sample, name)) {
    return job->runs.ok + job->runs.failed + job->runs.timed_out;
  }
  if (name == kAllOperations) return 1;
  const OperationResult* operation = operation_of(sample, name);
  return operation ? operation->requests.scheduled : 0;
}

std::string first_error_in(const Sample& sample, const std::string& name) {
  if (const JobResult* job = job_of(sample, name)) return job->first_error;
  const OperationResult* operation = operation_of(sample, name);
  return operation ? operation->first_error : "";
}

}  // namespace tare
