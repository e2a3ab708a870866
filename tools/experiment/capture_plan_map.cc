#include "tools/experiment/capture_plan_map.h"

#include <chrono>
#include <numeric>

#include "bench/model/sql_text.h"
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
  const std::vector<SqlStepCall> calls = sql_step_calls(request.traffic);
  map.queries.resize(calls.size());
  // What writes leaves dead rows although it is rolled back, so it comes last.
  for (const bool writing : {false, true}) {
    for (size_t i = 0; i < calls.size(); ++i) {
      const std::string& sql = request.traffic.sql_calls()[calls[i].index].sql;
      if (inspect_sql(sql).writes != writing) continue;
      QueryMap& query = map.queries[i];
      query.operation = request.traffic.operations()[calls[i].operation].name;
      query.step = calls[i].name;
      query.sql = sql;
      query.share = share_of(request.scenario.load, calls[i].operation);
      if (request.say) request.say(query.operation + "/" + query.step);
      if (std::chrono::steady_clock::now() - started < kLongestMap) {
        const auto drawn = first_parameters(request.traffic, calls[i]);
        const bool prepared = request.scenario.load.protocol == Protocol::prepared;
        map_query(postgres, {roots, drawn, find(request.like, query), prepared}, query);
        if (calls[i].on_miss) {
          query.notes.emplace_back("asked on misses only: the shares are those of all requests");
        }
      } else {
        query.notes.emplace_back("out of time: the queries before it took two minutes");
      }
    }
  }
  return map;
}

}  // namespace tare
