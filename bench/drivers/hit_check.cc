#include "bench/drivers/hit_check.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <chrono>

#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/row_json.h"
#include "bench/model/errors.h"
#include "bench/model/rows_digest.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLimit{60};        // for connecting, and for each row
constexpr std::chrono::milliseconds kGlance{50};  // between two looks at the stop token

[[noreturn]] void fail(const std::string& why) {
  throw ServerError(fmt::format("cannot check the cache against PostgreSQL: {}", why));
}

// A connection whose every wait ends when the person stops tare, and after kLimit at the latest.
class Checker {
 public:
  Checker(const PostgresEndpoint& endpoint, std::stop_token stop)
      : stop_(std::move(stop)), connection_(start_connecting(endpoint, "tare hit check", kLimit)) {
    if (!connection_) fail("out of memory");
    const Clock::time_point limit = Clock::now() + kLimit;
    PostgresPollingStatusType polled = PGRES_POLLING_WRITING;
    while (polled != PGRES_POLLING_OK) {
      if (polled == PGRES_POLLING_FAILED || PQstatus(connection_.get()) == CONNECTION_BAD) {
        fail(error_line(connection_.get()));
      }
      await(polled == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, limit);
      polled = PQconnectPoll(connection_.get());
    }
  }

  // What the query gives, written as the cache holds it.
  std::string rows(const SqlCall& call, const Request& request) {
    std::vector<const char*> values;
    for (size_t draw : call.parameters) values.push_back(request.values[draw].data());
    if (!PQsendQueryParams(connection_.get(), call.sql.c_str(), int(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0)) {
      fail(error_line(connection_.get()));
    }
    std::string json;
    while (PostgresResult result = next_result()) {
      if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(error_line(connection_.get()));
      append_rows_json(result.get(), json);
    }
    return json;
  }

 private:
  PostgresResult next_result() {
    const Clock::time_point limit = Clock::now() + kLimit;
    while (PQisBusy(connection_.get())) {
      await(POLLIN, limit);
      if (!PQconsumeInput(connection_.get())) fail(error_line(connection_.get()));
    }
    return PostgresResult(PQgetResult(connection_.get()));
  }

  void await(short events, Clock::time_point limit) {
    pollfd descriptor{PQsocket(connection_.get()), events, 0};
    while (poll(&descriptor, 1, int(kGlance.count())) == 0) {
      if (stop_.stop_requested()) throw Interrupted();
      if (Clock::now() > limit) fail(fmt::format("no answer for {} s", kLimit.count()));
    }
  }

  std::stop_token stop_;
  PostgresHandle connection_;
};

}  // namespace

std::map<size_t, CacheCheck> check_hits(const PostgresEndpoint& endpoint, const Traffic& traffic,
                                        const std::vector<HitSample>& samples,
                                        std::stop_token stop) {
  std::map<size_t, CacheCheck> checks;
  if (samples.empty()) return checks;
  Checker checker(endpoint, stop);
  Request request;
  for (const HitSample& sample : samples) {
    if (stop.stop_requested()) throw Interrupted();
    traffic.make(sample.number, sample.intended, request);
    const std::string row = checker.rows(traffic.sql_calls()[sample.query], request);
    CacheCheck& check = checks[sample.operation];
    ++check.checked;
    if (rows_digest(row) == sample.rows_digest) continue;
    if (check.different++ == 0) {
      check.example_key = render(traffic.redis_calls()[sample.get].arguments[1], request);
    }
  }
  return checks;
}

std::string render(const Template& text, const Request& request) {
  std::string rendered;
  for (const TemplatePart& part : text.parts) {
    rendered += part.draw ? request.values[*part.draw] : std::string_view(part.literal);
  }
  return rendered;
}

}  // namespace tare
