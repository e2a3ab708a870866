#include "tools/experiment/capture_plan_map.h"

#include <chrono>
#include <numeric>

#include "tools/experiment/drawn_parameters.h"
#include "tools/experiment/event_log.h"
#include "tools/experiment/partition_roots.h"
#include "tools/experiment/query_mapper.h"

namespace tare {
namespace {

constexpr std::chrono::minutes kLongestMap{2};  // then no further query is begun

const QueryMap* find(const PlanMap* map, const QueryMap& query) {
  if (map == nullptr) return nullptr;
  for (const QueryMap& each : map->queries) {
    if (each.operation == query.operation && each.step == query.step) return &each;
  }
  return nullptr;
}

double share_of(const Load& load, size_t operation) {
  const double sum = std::accumulate(load.mix.begin(), load.mix.end(), 0.0);
  return sum > 0 && operation < load.mix.size() ? load.mix[operation] / sum : 0;
}

}  // namespace

PlanMap take_plan_map(PostgresControl& postgres, const MapRequest& request) {
  PlanMap map;
  map.scenario = request.scenario.name;
  map.state = request.state;
  map.taken_at = utc_now();
  map.postgres = postgres.value("SHOW server_version");
  const auto started = std::chrono::steady_clock::now();
  const PartitionRoots roots = read_partition_roots(postgres);
  for (const SqlStepCall& call : sql_step_calls(request.traffic)) {
    QueryMap query;
    query.operation = request.traffic.operations()[call.operation].name;
    query.step = call.name;
    query.sql = request.traffic.sql_calls()[call.index].sql;
    query.share = share_of(request.scenario.load, call.operation);
    if (request.say) request.say(query.operation + "/" + query.step);
    if (std::chrono::steady_clock::now() - started < kLongestMap) {
      const auto drawn = first_parameters(request.traffic, call);
      map_query(postgres, roots, drawn, find(request.like, query), query);
    } else {
      query.notes.emplace_back("out of time: the queries before it took two minutes");
    }
    map.queries.push_back(std::move(query));
  }
  return map;
}

}  // namespace tare
