#include "bench/drivers/postgres_control.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <pqxx/pqxx>
#include <semaphore>
#include <utility>

#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/postgres_copy.h"

namespace tare {

namespace {

constexpr int kRowsPerFetch = 10'000;
constexpr int kRowsPerStopCheck = 1024;
constexpr int kCancelAttempts = 20;
constexpr std::chrono::milliseconds kCancelPause(100);

// Lost or being lost: class 08 is connection trouble; 57P01 to 57P05 end the session.
bool means_connection_lost(const std::string& state) {
  return state.starts_with("08") || state.starts_with("57P");
}

SqlRow to_row(const pqxx::row& source) {
  SqlRow row(source.size());
  for (pqxx::row::size_type i = 0; i < source.size(); ++i) {
    if (!source[i].is_null()) row[i].emplace(source[i].c_str(), source[i].size());
  }
  return row;
}

auto bound(const std::vector<std::string>& parameters) {
  return pqxx::prepare::make_dynamic_params(parameters);
}

// Connects as the measured path does, and once only (a connection that was lost must not come back
// unnoticed, without its settings); libpq's handle is kept for COPY, which pqxx cannot feed row by
// row.
class ConnectOnce : public pqxx::connectionpolicy {
 public:
  ConnectOnce(const PostgresEndpoint& endpoint, const std::stop_token& stop)
      : connectionpolicy(""), endpoint_(endpoint), stop_(stop) {}

  handle do_startconnect(handle current) override {
    if (current != nullptr) return current;
    if (kept != nullptr) throw pqxx::broken_connection("it was closed before");
    return kept = connect_to(endpoint_, "tare", stop_).release();
  }

  handle kept = nullptr;

 private:
  const PostgresEndpoint& endpoint_;
  const std::stop_token& stop_;
};

class Database : public pqxx::connection_base {
 public:
  // Both must outlive it.
  Database(const PostgresEndpoint& endpoint, const std::stop_token& stop)
      : connection_base(policy_), policy_(endpoint, stop) {
    init();
  }
  ~Database() { close(); }

  pg_conn* handle() const { return policy_.kept; }

 private:
  ConnectOnce policy_;
};

// Cancels the statement of this scope when the token is set, again and again for 2 s (the first
// request may overtake the statement); then cuts the connection, so that a server that hangs
// cannot hold us.
class CancelOnStop {
 public:
  CancelOnStop(pqxx::connection_base& connection, const std::stop_token& stop)
      : connection_(connection), callback_(stop, [this] { cancel(); }) {
    armed_ = true;
    if (stop.stop_requested()) {
      done_.release();
      throw Interrupted();
    }
  }
  ~CancelOnStop() { done_.release(); }  // before the callback's own destructor, which waits for it

 private:
  void cancel() noexcept {
    if (!armed_) return;  // the constructor looks at the token afterwards
    for (int attempt = 0; attempt < kCancelAttempts; ++attempt) {
      try {
        connection_.cancel_query();
      } catch (const std::exception&) {
        // No server to cancel anything; the statement fails by itself or is cut off below.
      }
      if (done_.try_acquire_for(kCancelPause)) return;
    }
    ::shutdown(connection_.sock(), SHUT_RDWR);
  }

  pqxx::connection_base& connection_;
  std::atomic<bool> armed_ = false;
  std::binary_semaphore done_{0};
  std::stop_callback<std::function<void()>> callback_;
};

// libpqxx 6 leaves the SQLSTATE out of some classes of errors.
std::string state_of(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return error.sqlstate();
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error)) return "42501";
  if (dynamic_cast<const pqxx::disk_full*>(&error)) return "53100";
  return "";
}

}  // namespace

struct PostgresControl::Connection {
  Connection(const PostgresEndpoint& target, std::stop_token stop_token)
      : endpoint(target),
        place("PostgreSQL at " + public_text(target)),
        stop(std::move(stop_token)),
        database(endpoint, stop),
        silent(database) {}

  // Runs `body` and turns every way it can fail into one of our three errors.
  template <typename Body>
  auto run(const std::string& statement, Body body) {
    if (stop.stop_requested()) throw Interrupted();
    try {
      const CancelOnStop cancel(database, stop);
      return body();
    } catch (const SqlError& error) {
      fail(error.message(), error.state(), statement);
    } catch (const pqxx::sql_error& error) {
      fail(error.what(), state_of(error), statement);
    } catch (const pqxx::deadlock_detected& error) {
      fail(error.what(), "40P01", statement);
    } catch (const pqxx::transaction_rollback& error) {
      fail(error.what(), "40001", statement);
    } catch (const pqxx::broken_connection& error) {
      fail(error.what(), "08006", statement);
    } catch (const pqxx::pqxx_exception& error) {
      fail(error.base().what(), "", statement);
    }
  }

  [[noreturn]] void fail(const std::string& message, const std::string& state,
                         const std::string& statement) {
    if (stop.stop_requested()) throw Interrupted();
    if (means_connection_lost(state) || !database.is_open()) {
      throw ServerError(fmt::format(
          "the connection to {} was lost: {}. Look into the server's log, then start again", place,
          SqlError(message, "", "").message()));
    }
    throw SqlError(message, state, statement);
  }

  PostgresEndpoint endpoint;
  std::string place;
  std::stop_token stop;
  Database database;
  pqxx::quiet_errorhandler silent;  // notices are not printed
};

PostgresControl::PostgresControl(const PostgresEndpoint& endpoint, std::stop_token stop) {
  if (stop.stop_requested()) throw Interrupted();
  try {
    connection_ = std::make_unique<Connection>(endpoint, std::move(stop));
  } catch (const pqxx::failure& error) {
    throw ServerError(connection_failure(endpoint, error.what()));
  }
}

PostgresControl::PostgresControl(PostgresControl&& other) noexcept = default;
PostgresControl& PostgresControl::operator=(PostgresControl&& other) noexcept = default;
PostgresControl::~PostgresControl() = default;

int64_t PostgresControl::execute(const std::string& sql) {
  return connection_->run(sql, [&] {
    pqxx::nontransaction autocommit(connection_->database);
    // With the extended protocol the server refuses a second statement behind the first.
    return int64_t(autocommit.exec_params(sql).affected_rows());
  });
}

SqlRows PostgresControl::query(const std::string& sql, const std::vector<std::string>& parameters) {
  return connection_->run(sql, [&] {
    pqxx::nontransaction autocommit(connection_->database);
    const pqxx::result result = autocommit.exec_params(sql, bound(parameters));
    SqlRows rows;
    rows.reserve(result.size());
    for (const pqxx::row& row : result) rows.push_back(to_row(row));
    return rows;
  });
}

std::string PostgresControl::value(const std::string& sql,
                                   const std::vector<std::string>& parameters) {
  const SqlRows rows = query(sql, parameters);
  if (rows.empty() || rows[0].empty()) throw SqlError("the query gave no value", "02000", sql);
  if (!rows[0][0]) throw SqlError("the query gave NULL", "22004", sql);
  return *rows[0][0];
}

void PostgresControl::for_each_row(const std::string& sql,
                                   const std::function<void(const SqlRow&)>& visit) {
  connection_->run(sql, [&] {
    pqxx::work transaction(connection_->database);
    transaction.exec_params("DECLARE tare_rows NO SCROLL CURSOR FOR " + sql);
    const std::string fetch = fmt::format("FETCH FORWARD {} FROM tare_rows", kRowsPerFetch);
    for (;;) {
      const pqxx::result result = transaction.exec(fetch);
      for (const pqxx::row& row : result) visit(to_row(row));
      if (result.size() < kRowsPerFetch) break;
      if (connection_->stop.stop_requested()) throw Interrupted();
    }
    transaction.commit();
  });
}

int64_t PostgresControl::copy_rows(const std::string& table,
                                   const std::vector<std::string>& columns,
                                   const std::function<bool(SqlRow&)>& next) {
  std::string names;
  for (const std::string& column : columns) {
    names += (names.empty() ? "" : ", ") + quote_name(column);
  }
  const std::string sql = fmt::format("COPY {} ({}) FROM STDIN", quote_name(table), names);
  return connection_->run(sql, [&] {
    if (!connection_->database.is_open()) throw pqxx::broken_connection("it is closed");
    int64_t count = 0;
    return copy_in(connection_->database.handle(), sql, columns.size(), [&](SqlRow& row) {
      if (++count % kRowsPerStopCheck == 0 && connection_->stop.stop_requested()) {
        throw Interrupted();
      }
      return next(row);
    });
  });
}

std::optional<std::string> PostgresControl::prepare_check(const std::string& sql,
                                                          size_t parameter_count) {
  const std::string name = "tare_check";
  std::optional<std::string> found;
  try {
    found = connection_->run(sql, [&]() -> std::optional<std::string> {
      connection_->database.prepare(name, sql);
      connection_->database.prepare_now(name);
      pqxx::nontransaction autocommit(connection_->database);
      const auto count = autocommit
                             .exec(
                                 "SELECT coalesce(sum(cardinality(parameter_types)), 0) "
                                 "FROM pg_prepared_statements WHERE name = " +
                                 autocommit.quote(name))
                             .at(0)
                             .at(0)
                             .as<size_t>();
      if (count == parameter_count) return std::nullopt;
      return fmt::format("takes {} parameters ($1 ...), but is given {}", count, parameter_count);
    });
  } catch (const SqlError& error) {
    found = to_text(error);
  }
  connection_->run(sql, [&] { connection_->database.unprepare(name); });
  return found;
}

std::string PostgresControl::quote_name(const std::string& name) const {
  return connection_->database.quote_name(name);
}

std::string PostgresControl::quote_text(const std::string& text) const {
  return connection_->database.quote(text);
}

bool PostgresControl::used_password() const {
  return PQconnectionUsedPassword(connection_->database.handle()) != 0;
}

int PostgresControl::version() const {
  return connection_->database.server_version();
}

}  // namespace tare
