// The scenario's operations in the form the workers use: draws that can be drawn, steps whose calls
// are numbered. Knows no database: a call is a place in a table that the drivers prepare.
// Level: engine. Immutable after construction, shared by all workers.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bench/engine/request.h"
#include "bench/model/distribution.h"
#include "bench/model/scenario.h"

namespace tare {

// The distinct values of a column, in a fixed order, and how popular each is.
struct ValueSet {
  std::vector<std::string> values;
  std::vector<double> weights;  // one per value; empty: by the draw's own skew
};

// A prepared statement: text, and the draws that become $1, $2 ...
struct SqlCall {
  std::string sql;
  std::vector<size_t> parameters;
};

// A Redis command over the draws; `payload_argument` is replaced by Call::payload.
struct RedisCall {
  std::vector<Template> arguments;
  std::optional<size_t> payload_argument;
};

enum class Server : uint8_t { postgres, redis };

struct PlannedCall {
  Server server = Server::postgres;
  size_t index = 0;  // in sql_calls() or redis_calls()
  size_t slot = 0;   // in RequestRecord::call_ns and OperationTraffic::call_names
  Expect expect;
};

struct PlainStep {
  PlannedCall call;
};
struct CacheStep {
  size_t rule = 0;  // in Scenario::cache_rules
  PlannedCall get, query, set;
  std::optional<size_t> bypass;  // the draw that is "1" when the cache is left out
};

struct OperationTraffic {
  std::string name;
  Path path = Path::plain;  // of requests that met no cached step: write or plain
  std::vector<std::variant<PlainStep, CacheStep>> steps;
  std::vector<std::string> call_names;  // "lookup", "page.get", "page.query", "page.set"
};

// How a job's runs go; see Job.
struct JobTraffic {
  std::string name;
  size_t operation = 0;  // in operations()
  Nanoseconds every{};
  uint32_t batches = 1;
  Job::Until until = Job::Until::batches;
  uint32_t retries = 0;
  Nanoseconds timeout{};
  std::vector<double> due_s;  // since the schedule's start
};

class Traffic {
 public:
  // `column_values` holds one ValueSet per draw from a column, in the order of
  // Scenario::operations and their draws. Throws FileProblems when an operation has more than
  // kMaxCalls calls or a column has no value to draw.
  Traffic(const Scenario& scenario, std::vector<ValueSet> column_values);

  // Fills `request` with what request `number` asks: a function of (seed, number), and of the phase
  // that `intended` falls into.
  void make(uint64_t number, Nanoseconds intended, Request& request) const;

  // What request `number` would ask in the first phase that makes it this operation; false: in
  // none.
  bool make_in_any_phase(uint64_t number, size_t operation, Request& request) const;

  // The same for a batch (from 1) of a job's run, whose number counts from 0.
  void make_batch(size_t job, uint64_t run, uint32_t batch, Nanoseconds intended,
                  Request& request) const;

  // Whether it counts for the digest when a request is asked.
  enum class Times { digested, left_out };

  // The digest of one request; the digests of a run's requests are added up, so that neither the
  // order nor the number of workers matters.
  static uint64_t digest(const Request& request, Times times = Times::digested);

  const std::vector<OperationTraffic>& operations() const { return operations_; }
  const std::vector<JobTraffic>& jobs() const { return jobs_; }
  const std::vector<SqlCall>& sql_calls() const { return sql_calls_; }
  const std::vector<RedisCall>& redis_calls() const { return redis_calls_; }

 private:
  struct ColumnSource {
    ValueSet set;
    std::variant<std::monostate, Zipf, AliasTable, Hotspot, Latest> popularity;  // none: uniform
  };
  struct IntegerSource {
    int64_t minimum = 0;
    uint64_t count = 0;
    std::variant<std::monostate, Zipf, Hotspot, Latest> popularity;  // none: uniform
  };
  struct ShareSource {
    double share = 0;
  };
  struct JobSource {
    JobDraw::Count count = JobDraw::Count::run;
  };
  using Source = std::variant<ColumnSource, IntegerSource, ShareSource, JobSource>;
  struct JobPlace {  // what JobSource draws
    uint64_t run = 0;
    uint32_t batch = 0;
  };
  struct Mix {
    Nanoseconds from{};  // since the schedule's start
    AliasTable operations;
  };

  void add_jobs(const Load& load);
  void fill(Random& random, const JobPlace& place, Request& request) const;
  void add_operation(const Scenario& scenario, const Operation& operation);
  PlannedCall plan_sql(const SqlStep& step, const std::string& name, OperationTraffic& operation);
  PlannedCall plan_redis(RedisCall call, const Expect& expect, const std::string& name,
                         OperationTraffic& operation);
  static Source column_source(const ColumnDraw& draw, ValueSet set);
  static Source integer_source(const IntegerDraw& draw);
  static std::string_view draw(const Source& source, Random& random, const JobPlace& place,
                               std::array<char, 24>& digits);

  uint64_t seed_;
  std::vector<Mix> mixes_;  // the first from the beginning
  std::vector<OperationTraffic> operations_;
  std::vector<std::vector<Source>> sources_;  // by operation and draw
  std::vector<SqlCall> sql_calls_;
  std::vector<RedisCall> redis_calls_;
  std::vector<JobTraffic> jobs_;
};

// Draws from columns in the order Traffic wants their value sets.
std::vector<ColumnDraw> column_draws(const Scenario& scenario);

}  // namespace tare
