// What the servers count around the measured window: their counters before and after, and what
// sessions wait for in between.
// Level: experiment. One thread per object; borrows the control connections, which do nothing else
// meanwhile, and has connections of its own. Resets no counter. What may not be asked is named in
// the answer.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/drivers/redis_counters.h"
#include "bench/drivers/statement_names.h"
#include "bench/drivers/wait_sampler.h"
#include "bench/engine/run_load.h"
#include "bench/model/server_counters.h"

namespace tare {

struct CountedServers {
  PostgresEndpoint server;    // the database in which pg_stat_statements is looked for
  std::string database;       // the one that the load works in
  PostgresControl& postgres;  // a connection to it
  RedisControl& redis;
};

class CounterWatch {
 public:
  // Before the load, once what the control connection has counted is handed in (read_use): the
  // first look at what sessions hand in late. A server that the traffic does not ask is left out,
  // and waits where they are not wanted.
  CounterWatch(const CountedServers& servers, const Traffic& traffic, bool sample_waits,
               std::stop_token stop);

  // A few milliseconds each, outside of the looks of Observation, which count what these cost: call
  // this one's first at the begin, and last at the end.
  void window_begins();
  void window_ended();

  // Once the load's sessions have ended and their counts are handed in. The requests are the
  // caller's to fill in.
  ServerCounters finish();

 private:
  CounterSource statements_between(const CounterLook& before, const CounterLook& after);

  CountedServers servers_;
  StatementNames names_;
  bool asks_postgres_, asks_redis_;
  std::optional<PostgresControl> statements_;  // its own connection
  std::unique_ptr<WaitSampler> sampler_;
  std::map<std::string, CounterLook> cumulative_before_;
  std::string statements_missing_;
  std::optional<CounterLook> statements_before_, statements_after_;
  std::optional<RedisLook> redis_before_, redis_after_;
};

}  // namespace tare
