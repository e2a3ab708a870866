// What `tare doctor` finds out before anybody judges it: the machine, the servers, the last result.
// Level: compare. Plain values; what could not be found out is missing, never zero.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/model/result.h"

namespace tare {

// Repeated measurements of one thing, in nanoseconds.
struct Spread {
  int64_t count = 0;
  double median_ns = 0, p99_ns = 0, worst_ns = 0;
  double mean_ns = 0, deviation_ns = 0;

  double coefficient_of_variation() const { return mean_ns > 0 ? deviation_ns / mean_ns : 0; }
};

// Of these times in nanoseconds; all zero when there are none. Sorts a copy.
Spread spread_of(std::vector<double> times_ns);

struct MachineFacts {
  std::optional<Spread> oversleep_100us, oversleep_1ms;  // how much too late the kernel wakes us
  std::string clock_source;                              // "tsc"; empty: not told
  std::optional<double> clock_read_ns;                   // what reading the clock costs
  int online_cores = 0;
  int allowed_cores = 0;                  // by the affinity of this process
  std::optional<double> quota_cores;      // of the cgroup; none: no limit
  std::vector<std::string> governors;     // each kind once; empty: not told
  std::optional<double> load_average;     // of the last minute, before the doctor's own work
  std::optional<Spread> noise;            // of one fixed piece of work, again and again
  double noise_s = 0;                     // how long
  std::optional<double> steal_share;      // of all processor time meanwhile
  std::optional<double> throttled_share;  // of that time, held up by the cgroup
  std::optional<int64_t> pages_swapped;   // meanwhile, in and out
  std::optional<int64_t> memory_bytes, available_bytes, swap_used_bytes;
  std::string huge_pages;  // "always", "madvise", "never"; empty: not told
  std::string data_folder;
  std::string file_system;
  std::optional<int64_t> disk_free_bytes;
  std::optional<Spread> fsync;  // of 8 KiB written to the data folder
};

// Counters that only grow, with what they grew by while the doctor looked.
struct Counter {
  int64_t total = 0;
  int64_t grown = 0;
};
using Counters = std::map<std::string, Counter>;

// The counters as they are now, beside what they were.
inline void note_growth(Counters& counters, const std::map<std::string, int64_t>& now) {
  for (const auto& [name, value] : now) {
    Counter& counter = counters[name];
    counter.grown = value - counter.total;
    counter.total = value;
  }
}

struct PostgresFacts {
  std::string place;    // without the password
  std::string source;   // "from --postgres", "the sandbox"
  std::string problem;  // why it cannot be asked; empty: it answers
  std::string version;
  std::optional<Spread> round_trip;           // SELECT 1
  std::optional<double> longest_statement_s;  // of other clients, now
  std::optional<double> longest_idle_in_transaction_s;
  std::optional<double> longest_lock_wait_s;
  std::optional<int64_t> lock_waits;
  std::optional<int64_t> connections, max_connections;
  std::optional<int64_t> blocks_hit, blocks_read;  // of the database, since counting began
  Counters counters;                               // commits, rollbacks, deadlocks, conflicts
  Settings settings;      // those that are looked at, as SHOW prints them; times in ms, sizes in B
  Settings not_defaults;  // as results record them
  std::string role;
  std::optional<bool> superuser, monitor, may_create_databases;
  std::optional<bool> statements_available, statements_installed, auto_explain_loadable;
  std::optional<bool> used_password;                   // this very login
  std::optional<std::vector<std::string>> open_rules;  // pg_hba: no password, from other machines
  std::optional<bool> on_network;                      // this very connection is TCP, not loopback
};

struct RedisFacts {
  std::string place, source, problem, version;
  std::optional<Spread> round_trip;                  // PING
  std::optional<int64_t> slow_commands;              // length of the slow log
  std::map<std::string, int64_t> latency_events_ms;  // LATENCY LATEST: the worst of each
  Counters counters;                                 // rejected_connections, evicted_keys
  std::map<std::string, std::string> persistence;    // rdb_last_bgsave_status ...
  std::optional<int64_t> used_bytes, max_bytes;
  std::optional<Settings> settings;  // none: CONFIG GET is not allowed
  Settings recorded;                 // as results record them
  std::string user;
  std::vector<std::string> refused_commands;  // of those tare needs
  std::optional<bool> permissions_known;
  std::optional<bool> open_default_user;  // anybody is let in without a password
  std::optional<bool> on_network;
};

struct FailedShare {
  int64_t scheduled = 0, not_ok = 0;
  std::string first_error;
};

// The newest result of the results folder.
struct LastResultFacts {
  std::string folder;
  std::string started_at;
  std::map<std::string, FailedShare> operations;
  std::map<std::string, FailedShare> jobs;  // runs and failures
  std::string servers = {};                 // that it was measured on; empty: it does not say
};

struct BaselineFacts {
  std::string folder;   // results/baselines/NAME/current
  std::string problem;  // why it cannot be read; empty: it could
  Environment environment;
};

struct DoctorFacts {
  std::string started_at;  // ISO 8601, UTC
  MachineFacts machine;
  std::string sandbox_problem;  // why no throwaway sandbox starts; empty: it does, or was not tried
  std::optional<PostgresFacts> postgres;  // none: not named
  std::optional<RedisFacts> redis;
  std::optional<LastResultFacts> last_result;
  std::string last_result_problem;  // why it cannot be read
  std::vector<BaselineFacts> baselines;
  Settings host;  // as results record it
  std::string results_folder;
  std::vector<std::string> warnings;          // of the target: secrets on the command line
  std::vector<std::string> secret_variables;  // names of variables that hold a password
};

}  // namespace tare
