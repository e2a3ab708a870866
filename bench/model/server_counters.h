// What the servers themselves counted around the measured window: later look less earlier look,
// never reset. Part of a result, kept in counters.json.
// Level: model. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tare {

// What lies between the two looks. PostgreSQL's sessions hand in most of their counts when they
// end, so these are known of warm-up and window together.
enum class CounterSpan { window, load };

struct CounterValue {
  std::string object;  // "author_page/posts", "client backend relation normal", "get"; often empty
  std::string name;    // "calls"
  std::string unit;    // count, ns, bytes, blocks, rows
  int64_t value = 0;

  friend bool operator==(const CounterValue&, const CounterValue&) = default;
};

struct CounterSource {
  std::string name;  // "statements", "io", "redis commands" ...
  std::string view;  // where the server shows it: "pg_stat_statements", "INFO commandstats"
  CounterSpan covers = CounterSpan::load;
  std::vector<CounterValue> values;  // what moved, by object and name
  std::string missing;  // why nothing is known, and what to do; else empty, and what is not in
                        // `values` did not move

  friend bool operator==(const CounterSource&, const CounterSource&) = default;
};

// Not counted, but as it stood at the window's start and at its end.
struct CounterLevel {
  std::string source, name, unit;
  int64_t start = 0, end = 0;

  friend bool operator==(const CounterLevel&, const CounterLevel&) = default;
};

// Calls of a Redis command by how long its execution took, in the window. Waiting and the network
// are not in it. Above one second Redis does not tell.
struct CommandLatency {
  struct Bucket {
    int64_t up_to_us = 0;
    int64_t calls = 0;  // of this bucket alone

    friend bool operator==(const Bucket&, const Bucket&) = default;
  };
  std::string command;  // "get", "config|get"
  std::vector<Bucket> buckets;

  friend bool operator==(const CommandLatency&, const CommandLatency&) = default;
};

// What sessions that were at work were found doing, looked at many times in the window.
struct WaitProfile {
  struct Count {
    std::string statement;  // "author_page/posts"; "(other sessions)" are not the load's
    std::string event;      // "IO/DataFileRead"; "running": it waited for nothing
    int64_t samples = 0;

    friend bool operator==(const Count&, const Count&) = default;
  };
  double every_s = 0;
  int64_t looks = 0;
  std::vector<Count> counts;  // by statement and event
  std::string missing;        // why nothing is known, and what to do

  friend bool operator==(const WaitProfile&, const WaitProfile&) = default;
};

struct ServerCounters {
  int64_t window_requests = 0, load_requests = 0;  // that were scheduled in them
  std::vector<CounterSource> sources;
  std::vector<CounterLevel> levels;
  std::vector<CommandLatency> latencies;
  std::string latencies_missing;  // why there are none, and what to do
  WaitProfile waits;

  int64_t requests(CounterSpan span) const {
    return span == CounterSpan::window ? window_requests : load_requests;
  }
  friend bool operator==(const ServerCounters&, const ServerCounters&) = default;
};

}  // namespace tare
