// The rows that decide nothing: further figures of operations, of their paths and steps, and of the
// servers.
#include <set>

#include "tools/compare/comparison_parts.h"

namespace tare {
namespace {

constexpr const char* kQuantities[] = {"mean", "p50", "p90", "p95", "p99", "p999"};
constexpr const char* kPartQuantities[] = {"tm95", "mean", "p50", "p95", "p99"};
constexpr const char* kOverallMetrics[] = {"throughput", "postgres_cpu_per_request",
                                           "redis_cpu_per_request", "wal_bytes_per_request",
                                           "redis_bytes_per_request"};

struct Parts {
  std::set<std::string> paths, steps;  // in either arm
};

Parts parts_of(const std::vector<PairSample>& pairs, const std::string& operation) {
  Parts parts;
  for (const PairSample& pair : pairs) {
    for (const Sample* sample : {&pair.baseline, &pair.contender}) {
      const auto found = sample->result.operations.find(operation);
      if (found == sample->result.operations.end()) continue;
      for (const auto& [path, result] : found->second.paths) parts.paths.insert(path);
      for (const auto& [step, result] : found->second.steps) parts.steps.insert(step);
    }
  }
  return parts;
}

// Where either arm has it.
void add_shown(const std::vector<PairSample>& pairs, const Measurand& measurand,
               const Criteria& criteria, std::vector<Judged>& rows) {
  Judged judged = judge_metric(pairs, measurand, Gating::shown, criteria);
  if (judged.row.baseline || judged.row.contender) rows.push_back(std::move(judged));
}

}  // namespace

std::vector<Judged> shown_rows(const std::vector<PairSample>& pairs, const std::string& operation,
                               const Criteria& criteria) {
  std::vector<Judged> rows;
  const std::string response = "response_time_", service = "service_time_";
  for (const char* quantity : kQuantities) {
    add_shown(pairs, {operation, response + quantity}, criteria, rows);
  }
  for (const char* metric : {"service_time_tm95", "hit_ratio", "redis_calls_per_request"}) {
    add_shown(pairs, {operation, metric}, criteria, rows);
  }
  const Parts parts = parts_of(pairs, operation);
  for (const std::string& path : parts.paths) {
    if (parts.paths.size() < 2) break;  // the same once more
    for (const char* quantity : kPartQuantities) {
      add_shown(pairs, {operation, response + quantity + "_" + path}, criteria, rows);
    }
  }
  for (const std::string& step : parts.steps) {
    for (const char* quantity : kPartQuantities) {
      add_shown(pairs, {operation, service + quantity, step}, criteria, rows);
    }
  }
  Row answered = rows_answered(pairs, operation, criteria);
  if (answered.baseline) rows.push_back({std::move(answered)});
  return rows;
}

std::vector<Judged> overall_rows(const std::vector<PairSample>& pairs, const Criteria& criteria) {
  std::vector<Judged> rows;
  const std::string all(kAllOperations);
  for (const char* metric : kOverallMetrics) {
    if (criteria.closed_loop && std::string_view(metric) == "throughput") {
      rows.push_back(judge_metric(pairs, {all, metric}, Gating::gating, criteria));
    } else {
      add_shown(pairs, {all, metric}, criteria, rows);
    }
  }
  return rows;
}

}  // namespace tare
