#include "tools/experiment/plan_executions.h"

#include <algorithm>
#include <chrono>

#include "tools/experiment/partition_roots.h"
#include "tools/plans/plan_transitions.h"
#include "tools/plans/work.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongest{30};
constexpr size_t kMostEstimates = 3;
constexpr double kWrongEstimate = 2;  // times

// Of this query, what the other map executed and this one has a plan for.
std::vector<Parameters> missing(const PlanMap& other, const QueryMap& query) {
  std::vector<Parameters> parameters;
  for (const QueryMap& each : other.queries) {
    if (each.operation != query.operation || each.step != query.step) continue;
    for (const MeasuredPoint& measured : each.measured) {
      const MapPoint* point = find_point(query, measured.parameters);
      const bool asked = point != nullptr && !point->plan.empty() && point->error.empty();
      if (asked && find_measured(query, measured.parameters) == nullptr) {
        parameters.push_back(measured.parameters);
      }
    }
  }
  return parameters;
}

}  // namespace

Execution execute_query(Planner& planner, const PartitionRoots& roots, const Parameters& parameters,
                        const QueryMap& query) {
  if (query.measured.empty()) planner.measure(parameters);  // a first one reads catalogs
  Execution done;
  MeasuredPoint& point = done.point;
  point.parameters = parameters;
  point.explain_json = planner.measure(parameters);
  const PlanTree tree = read_plan_tree(point.explain_json);
  point.plan = fingerprints(tree, roots).plan;
  point.work = work_of(tree);
  point.estimates = row_estimates(tree, kWrongEstimate);
  point.estimates.resize(std::min(point.estimates.size(), kMostEstimates));
  done.triggers = tree.triggers;
  if (query.switches) {
    point.generic_json = planner.measure(parameters, Planner::Of::any_parameters);
    point.generic_work = work_of(read_plan_tree(point.generic_json));
  }
  return done;
}

void set_error(const Parameters& parameters, const SqlError& error, QueryMap& query) {
  for (MapPoint& point : query.points) {
    if (point.parameters != parameters) continue;
    point.error = to_text(error);
    return;
  }
  query.points.push_back({parameters, "executed elsewhere", 0, {}, "", to_text(error)});
}

bool has_more_executed(const PlanMap& other, const PlanMap& map) {
  return std::any_of(map.queries.begin(), map.queries.end(),
                     [&](const QueryMap& query) { return !missing(other, query).empty(); });
}

void execute_like(PostgresControl& postgres, const PlanMap& other, PlanMap& map) {
  const auto deadline = Clock::now() + kLongest;
  const PartitionRoots roots = read_partition_roots(postgres);
  for (QueryMap& query : map.queries) {
    const std::vector<Parameters> all = missing(other, query);
    if (all.empty()) continue;
    try {
      Planner planner(postgres, query.sql, kLongestExecution);
      for (const Parameters& parameters : all) {
        if (Clock::now() > deadline) return;
        try {
          query.measured.push_back(execute_query(planner, roots, parameters, query).point);
        } catch (const SqlError& error) {
          set_error(parameters, error, query);
        }
      }
    } catch (const SqlError& error) {
      query.notes.push_back("not executed again: " + to_text(error));
    }
  }
}

}  // namespace tare
