#include "bench/drivers/plan_use.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <charconv>
#include <chrono>
#include <map>

#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/statement_sender.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCountingVersion = 140000;

// True when there is an answer to be taken; false when the time is up or the connection is gone.
bool await_answer(pg_conn& connection, Clock::time_point until) {
  while (true) {
    const int unsent = PQflush(&connection);
    if (unsent < 0) return false;
    if (unsent == 0 && !PQisBusy(&connection)) return true;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd descriptor{PQsocket(&connection), short(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0};
    if (left <= 0 || poll(&descriptor, 1, int(left)) <= 0) return false;
    if (!PQconsumeInput(&connection)) return false;
  }
}

int64_t number_at(const pg_result* result, int row, int column) {
  const char* text = PQgetvalue(result, row, column);
  int64_t value = 0;
  std::from_chars(text, text + PQgetlength(result, row, column), value);
  return value;
}

SessionReport unknown(std::string why) {
  SessionReport report;
  report.plan_use_unknown = std::move(why);
  return report;
}

}  // namespace

SessionReport read_plan_use(pg_conn& connection, size_t statements, Nanoseconds patience) {
  if (PQserverVersion(&connection) < kCountingVersion) {
    return unknown("PostgreSQL counts them since version 14");
  }
  const auto until = Clock::now() + patience;
  if (!PQsendQuery(&connection,
                   "SELECT name, generic_plans, custom_plans FROM pg_prepared_statements")) {
    return unknown(error_line(&connection));
  }
  std::map<std::string, PlanUse> found;
  while (await_answer(connection, until)) {
    const PostgresResult result(PQgetResult(&connection));
    if (!result) break;
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return unknown(error_line(&connection));
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      found[PQgetvalue(result.get(), row, 0)] = {number_at(result.get(), row, 1),
                                                 number_at(result.get(), row, 2)};
    }
  }
  if (PQtransactionStatus(&connection) != PQTRANS_IDLE) {
    return unknown(fmt::format("no answer within {} ms", patience.count() / 1'000'000));
  }
  SessionReport report;
  for (size_t i = 0; i < statements; ++i) {
    const auto use = found.find(prepared_name(i));
    if (use == found.end()) {
      return unknown("the server does not know them by their names: a pooler is in between");
    }
    report.plan_use.push_back(use->second);
  }
  return report;
}

}  // namespace tare
