// The servers' processes, where they run on this machine: which they are, and what processor time
// they have used. Reads /proc. Level: experiment. No state.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bench/drivers/postgres_control.h"
#include "bench/model/endpoint.h"

namespace tare {

// What /proc/PID/stat says of a process.
struct ProcessFacts {
  std::string name;  // of its program, cut to 15 bytes
  pid_t parent = 0;
  int64_t ended_children_ns = 0;  // processor time of children it has waited for, to 10 ms
  int64_t started_ticks = 0;      // since the machine's start
};
std::optional<ProcessFacts> parse_process(std::string_view stat);
std::optional<ProcessFacts> process_facts(pid_t process);

// The postmaster of this connection's server, or the server of these INFO fields. A process counts
// only when the connection is local, and its name and start are what the server says of itself: a
// tunnel or a container has other process numbers. nullopt: not on this machine, or not to be told
// from another. Errors as in PostgresControl.
std::optional<pid_t> postgres_process(PostgresControl& postgres);
std::optional<pid_t> redis_process(const RedisEndpoint& endpoint,
                                   const std::map<std::string, std::string>& info);

// Of all threads of one process; nullopt: it has ended.
std::optional<int64_t> process_cpu_ns(pid_t process);

// Of a process, its children, and all that has ended below it.
std::optional<int64_t> family_cpu_ns(pid_t parent);

}  // namespace tare
