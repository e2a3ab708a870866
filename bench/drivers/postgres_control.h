// The careful way to PostgreSQL: loading, EXPLAIN, changes, statistics. Not for measured requests.
// Level: drivers. One thread per object. Owns its connection and closes it. A statement in flight
// is cancelled when the stop token given to the constructor is set.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/endpoint.h"
#include "bench/model/errors.h"
#include "bench/model/plan.h"

namespace tare {

// Fields as PostgreSQL prints them; nullopt is NULL.
using SqlRow = std::vector<std::optional<std::string>>;
using SqlRows = std::vector<SqlRow>;

// The server refused a statement, or answered it in a way that cannot be right.
class SqlError : public std::runtime_error {
 public:
  SqlError(const std::string& message, const std::string& state, const std::string& statement);

  const std::string& message() const { return message_; }  // one line, with detail and hint
  const std::string& state() const { return state_; }      // SQLSTATE, five characters
  const std::string& statement() const { return statement_; }

 private:
  std::string message_, state_, statement_;
};

// "column "naem" does not exist; HINT: Perhaps you meant ... (SQLSTATE 42703)"
std::string to_text(const SqlError& error);

// Every function that talks to the server throws SqlError when the server refuses, ServerError when
// the connection is lost, and Interrupted when the stop token is set (before or meanwhile).
class PostgresControl {
 public:
  // Connects within 5 s (connect_to). Throws ServerError that says what to do; it never holds the
  // password.
  PostgresControl(const PostgresEndpoint& endpoint, std::stop_token stop);
  PostgresControl(PostgresControl&& other) noexcept;
  PostgresControl& operator=(PostgresControl&& other) noexcept;
  ~PostgresControl();

  // Runs exactly one statement outside a transaction block, as CREATE DATABASE and CREATE INDEX
  // CONCURRENTLY ask for. Returns how many rows it changed.
  int64_t execute(const std::string& sql);

  // The whole answer in memory, so for answers of known size. `parameters` are $1, $2 ...
  SqlRows query(const std::string& sql, const std::vector<std::string>& parameters = {});

  // The first field of the first row; SqlError when there is none or it is NULL.
  std::string value(const std::string& sql, const std::vector<std::string>& parameters = {});

  // Hands the rows of one SELECT to `visit`, at most 10,000 in memory at a time.
  void for_each_row(const std::string& sql, const std::function<void(const SqlRow&)>& visit);

  // COPY table (columns) FROM STDIN, all rows or none. `next` fills the row (which keeps its size
  // and memory from call to call) and returns false when there are no more. Names are quoted here.
  // Returns the number of rows.
  int64_t copy_rows(const std::string& table, const std::vector<std::string>& columns,
                    const std::function<bool(SqlRow&)>& next);

  // EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SETTINGS, FORMAT JSON) of the statement for each of the
  // parameter sets. Planned once: as a session sees it that has it prepared and has planned it for
  // `before` already, because after five executions PostgreSQL may go over to a generic plan (an
  // EXPLAIN counts as one). Planned each time: for its own parameters alone. Each really runs, for
  // at most 60 s, and is rolled back. The first one is run once more before, because a first run
  // also reads catalogs.
  using ParameterSet = std::vector<std::string>;
  enum class Planned { once, each_time };
  struct Explained {
    std::string json;
    std::string error;                  // what the server said instead
    PlanKind kind = PlanKind::unknown;  // since PostgreSQL 14, of a statement with parameters
    std::string custom_json = {};       // of a generic one: not run, the plan for these parameters
  };
  std::vector<Explained> explain(const std::string& sql, const std::vector<ParameterSet>& before,
                                 const std::vector<ParameterSet>& sets,
                                 Planned planned = Planned::once);

  // Prepares the statement without running it. Returns what is wrong with it, with its SQLSTATE;
  // nullopt: nothing, and it takes exactly `parameter_count` parameters.
  std::optional<std::string> prepare_check(const std::string& sql, size_t parameter_count);

  std::string quote_name(const std::string& name) const;  // for use as an identifier
  std::string quote_text(const std::string& text) const;  // for use as a literal
  int version() const;                                    // 150018 is 15.18
  bool used_password() const;                             // whether the server asked for one

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tare
