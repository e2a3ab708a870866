// What was seen of the machine and the servers in the measured window, beside the load's own
// figures. Part of a result.
// Level: model. Plain values. Counts are of the whole server, other users of a target too.
#pragma once

#include <cstdint>
#include <optional>

namespace tare {

struct PostgresObserved {
  std::optional<int64_t> cpu_ns;     // of all its processes; none: not on this machine
  std::optional<int64_t> wal_bytes;  // how far the WAL has moved; none: a standby
  int64_t checkpoints_started = 0, checkpoints_finished = 0;
  int64_t autovacuums = 0, autoanalyzes = 0;  // of this database's tables, ended
  int64_t autovacuum_workers = 0;             // seen at the window's start and at its end
  int64_t deadlocks = 0, temp_bytes = 0;      // of this database
  int64_t restarts = 0;                       // 1: its start time is another

  friend bool operator==(const PostgresObserved&, const PostgresObserved&) = default;
};

struct RedisObserved {
  std::optional<int64_t> cpu_ns;  // with all threads; none: not on this machine
  int64_t commands = 0, net_input_bytes = 0, net_output_bytes = 0;  // without tare's own looks
  int64_t evicted_keys = 0, expired_keys = 0;
  int64_t background_saves = 0, aof_rewrites = 0;  // ended in the window, or under way at its end
  int64_t restarts = 0;                            // 1: its run id is another

  friend bool operator==(const RedisObserved&, const RedisObserved&) = default;
};

struct Observed {
  double seconds = 0;                 // between the two looks: the window and the last answers
  std::optional<double> steal_share;  // of the machine's processor time, taken by its host
  std::optional<double> throttled_s;  // held up by the cgroup's quota
  // Of the window, the processor time of the generator's busiest thread.
  double busiest_worker_cpu_share = 0;
  std::optional<PostgresObserved> postgres;  // none: it may not be asked
  std::optional<RedisObserved> redis;

  friend bool operator==(const Observed&, const Observed&) = default;
};

}  // namespace tare
