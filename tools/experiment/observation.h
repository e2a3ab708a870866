// Looks at the machine and the servers when the measured window begins and when it has ended.
// Level: experiment. One thread per object; borrows the control connections, which do nothing else
// meanwhile. Resets no counter. What may not be asked is left out.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/model/observed.h"
#include "tools/experiment/probe_kernel.h"

namespace tare {

class Observation {
 public:
  // Finds the servers' processes; before the load, because it asks a little more.
  Observation(PostgresControl& postgres, RedisControl& redis, const RedisEndpoint& endpoint);

  // A few milliseconds each. Both throw ServerError when a server is away.
  void begin();
  void end();

  // Once the load's sessions have ended and their counts are handed in (read_use()). nullopt
  // without begin() and end(): the load was over before.
  std::optional<Observed> finish();

 private:
  // What is true now; where a process is known, its processor time so far.
  struct Look {
    std::chrono::steady_clock::time_point time;
    KernelCounters kernel;
    std::optional<int64_t> postgres_cpu_ns, redis_cpu_ns, wal_bytes;
    int64_t autovacuum_workers = 0;
    std::map<std::string, std::string> redis;  // INFO; empty: not allowed
    int64_t redis_reply_bytes = 0;             // of that INFO
  };
  using Counters = std::map<std::string, std::string>;

  void look_at_processes(Look& look) const;
  void ask_redis(Look& look);
  void ask_postgres(Look& look);
  std::optional<Counters> read_counters();
  PostgresObserved postgres_between(const Counters& before, const Counters& after) const;
  RedisObserved redis_between() const;

  PostgresControl& postgres_;
  RedisControl& redis_;
  std::optional<pid_t> postgres_process_, redis_process_;
  std::optional<Look> before_, after_;
  std::optional<Counters> counters_before_;
};

}  // namespace tare
