// A scenario: the data set, the cache rules, the operations and the load that a person described.
// Level: model. Plain values; read and checked by scenario_reader.h; never changed afterwards.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tare {

using Nanoseconds = std::chrono::nanoseconds;

// ---- data set -----------------------------------------------------------------------------

struct Column {
  std::string name;
  std::string type;   // an SQL type, as in CREATE TABLE
  std::string field;  // the field of the table's source that fills it; empty for query sources
};

// Rows of the machine's apt package index; `table` is packages, relations or tags.
struct AptIndexRows {
  std::string table;
};

// Rows that PostgreSQL makes itself: a SELECT whose columns match the table's, in order.
struct QueryRows {
  std::string sql;
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> primary_key;
  std::variant<AptIndexRows, QueryRows> rows_from;
  std::optional<int64_t> rows;  // how many there will be, where the author knows
};

struct Dataset {
  std::vector<Table> tables;            // in the order of the file, loaded in this order
  std::vector<std::string> after_load;  // SQL run after the rows: indexes, constraints
};

// ---- what a request draws -----------------------------------------------------------------

struct UniformSkew {};    // every distinct value alike
struct FrequencySkew {};  // as often as the value stands in the table
struct ZipfSkew {
  double exponent = 0;  // >= 0; rank 1 is the smallest value of the column
};
struct WeightSkew {
  std::string column;  // in proportion to the sum of this column of the same table, at least 0
};
struct HotspotSkew {
  double values = 0;    // this share of the values, the smallest ...
  double requests = 0;  // ... gets this share of the requests; within each part all alike
};
struct LatestSkew {
  double exponent = 0;  // Zipf, but rank 1 is the largest value of the column: the newest
};
using Skew =
    std::variant<UniformSkew, FrequencySkew, ZipfSkew, WeightSkew, HotspotSkew, LatestSkew>;

struct ColumnDraw {
  std::string table;
  std::string column;
  Skew skew;
};
struct IntegerDraw {
  int64_t minimum = 0;
  int64_t maximum = 0;
  Skew skew;  // uniform or Zipf
};
struct ShareDraw {
  double share = 0;  // "1" for this share of the requests, else "0"
};
// Where a job stands; only in operations that jobs alone carry out.
struct JobDraw {
  enum class Count { run, batch };  // of this run, from 1
  Count count = Count::run;
};

struct Draw {
  std::string name;
  std::variant<ColumnDraw, IntegerDraw, ShareDraw, JobDraw> source;
};

// ---- operations ---------------------------------------------------------------------------

// "site:post:{post_id}": literal text and draws in turn. `draw` indexes Operation::draws.
struct TemplatePart {
  std::string literal;  // used when draw is empty
  std::optional<size_t> draw;
};
struct Template {
  std::string text;  // as written
  std::vector<TemplatePart> parts;
};

enum class ReplyType { none, nil, string, status, integer, array };

// What a right answer looks like; another answer is a failure, never a fast success.
struct Expect {
  std::optional<int64_t> minimum_rows;  // "rows": 1 sets both, "rows": {"min":, "max":} each
  std::optional<int64_t> maximum_rows;
  std::optional<ReplyType> type;  // Redis replies only
};

struct SqlStep {
  std::string name;                // as in the result's "steps"; unique in the operation
  std::string sql;                 // one statement with $1, $2 ...
  std::vector<size_t> parameters;  // draws, in the order of $1, $2 ...
  Expect expect;
  bool writes = false;  // by PostgreSQL's own parser; unknown syntax counts as writing
};

struct RedisStep {
  std::string name;
  std::vector<Template> arguments;  // the command first
  Expect expect;
  bool writes = false;  // the command is not one of the known reading commands
};

// GET by the rule's key; on a miss the query's rows, serialised as JSON, are stored with the ttl.
// Under the rule's bypass condition the cache is neither read nor written.
struct CachedStep {
  std::string name;
  size_t rule = 0;               // Scenario::cache_rules
  Template key;                  // the rule's key over this operation's draws
  std::optional<size_t> bypass;  // the draw that switches the cache off when it is "1"
  SqlStep on_miss;
};

using Step = std::variant<SqlStep, RedisStep, CachedStep>;

struct Operation {
  std::string name;
  std::vector<Draw> draws;
  std::vector<Step> steps;
};

struct CacheRule {
  std::string name;
  std::string key;          // template text
  int64_t ttl_s = 0;        // > 0
  std::string bypass_when;  // name of a draw; empty: never
  std::string bypass_why;
  std::vector<std::string> cached;          // examples: keys this rule makes
  std::vector<std::string> not_cached;      // examples: keys it never makes
  std::optional<int64_t> value_bytes = {};  // what a value takes, typically
};

// Keys in Redis that are no cache: counters, queues.
struct OtherKeys {
  std::string key;  // template text; a draw stands for any text
  std::string why;
};

// ---- load ---------------------------------------------------------------------------------

enum class ArrivalKind { constant, poisson, gamma, timestamps, closed };

// The rate is `factor` times rate_per_s at this time, and changes evenly to the next point. Two
// points of the same time are a step.
struct RatePoint {
  double at_s = 0;  // since the start of the warm-up
  double factor = 1;
};

// Clients that ask, wait for the answer, think, and ask again. A slow server is asked less.
struct ClosedLoop {
  enum class ThinkTime { constant, exponential };

  int clients = 1;
  int pipeline = 1;  // requests a client has under way at once; it thinks when all are answered
  ThinkTime think = ThinkTime::constant;
  Nanoseconds think_time{};  // the mean
};

struct Arrivals {
  ArrivalKind kind = ArrivalKind::constant;
  double rate_per_s = 0;  // > 0; for timestamps their mean
  double cv = 1;          // gamma: standard deviation of the gaps by their mean; above 1: bursts
  std::vector<RatePoint> shape = {};  // ascending; empty: the same rate throughout
  bool in_turns = false;  // the shape rests while the other arm's load asks; see turns.h
  std::vector<double> timestamps_s = {};  // ascending, since the start of the warm-up
  ClosedLoop closed = {};                 // of kind closed; then there is no rate
};

// From this time on another mix holds.
struct Phase {
  Nanoseconds from{};       // since the start of the warm-up; ascending
  std::vector<double> mix;  // as Load::mix
};

// Background work beside the readers, on connections of its own. A run falls due every `every`; one
// that falls due while another goes on begins late, a second one is skipped.
struct Job {
  std::string name;
  size_t operation = 0;
  Nanoseconds every{};                  // from due time to due time
  Nanoseconds first{};                  // since the start of the measured window
  int64_t batches = 1;                  // how often a run carries out the operation, at most ...
  enum class Until { batches, empty };  // ... or until its first step finds nothing to do
  Until until = Until::batches;
  int retries = 0;  // of a batch that fails, before the run has failed
  Nanoseconds timeout = std::chrono::minutes(1);  // of a run, from when it was due
};

enum class CacheStart { cold, warm };

// How statements go to PostgreSQL, and so when they are planned: prepared once for each connection;
// or planned anew each time, with the values as parameters (extended) or as literals (simple).
enum class Protocol { prepared, extended, simple };
inline constexpr std::array<const char*, 3> kProtocolNames = {"prepared", "extended", "simple"};

struct Load {
  Arrivals arrivals;
  std::vector<double> mix;  // weight of each operation, in their order; the sum is > 0
  std::vector<Phase> phases = {};
  std::vector<Job> jobs = {};
  CacheStart cache_start = CacheStart::warm;
  Nanoseconds warmup{};
  Nanoseconds measure{};
  Nanoseconds timeout = std::chrono::seconds(10);  // of a request, from its intended start
  int64_t max_queued = 100'000;  // requests started and not done; more are dropped and counted
  int postgres_connections = 8;
  int redis_connections = 4;
  int workers = 1;
  Protocol protocol = Protocol::prepared;
  bool auto_explain = true;  // on one connection, where PostgreSQL lets it
  bool sample_waits = true;  // of the load's sessions, ten times a second
};

struct Limit {
  std::string operation;
  std::optional<double> response_time_p99_ms;
  std::optional<double> error_rate;  // share of requests that are not ok

  friend bool operator==(const Limit&, const Limit&) = default;
};

struct Scenario {
  std::filesystem::path file;
  std::string name;
  std::string description;
  uint64_t seed = 0;
  std::map<std::string, std::string> parameters;  // after --set, as text
  Dataset dataset;
  std::vector<CacheRule> cache_rules;
  std::vector<OtherKeys> other_keys = {};
  std::vector<Operation> operations;
  Load load;
  std::vector<Limit> limits;
  std::map<std::string, double> margins;  // metric -> share; what is missing has its default
  std::string text;  // the file as it was read, for the copy in the result folder
};

}  // namespace tare
