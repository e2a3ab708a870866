#include "bench/drivers/hit_check.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "bench/drivers/postgres_connection.h"
#include "bench/drivers/row_json.h"
#include "bench/model/errors.h"
#include "bench/model/random.h"

namespace tare {
namespace {

PostgresHandle connect(const PostgresEndpoint& endpoint) {
  PostgresHandle connection = start_connecting(endpoint, "tare hit check");
  PostgresPollingStatusType polled = PGRES_POLLING_WRITING;
  while (connection && polled != PGRES_POLLING_OK && polled != PGRES_POLLING_FAILED) {
    polled = PQconnectPoll(connection.get());
  }
  if (!connection || polled != PGRES_POLLING_OK) {
    throw ServerError(fmt::format("cannot check the cache against PostgreSQL: {}",
                                  connection ? error_line(connection.get()) : "out of memory"));
  }
  return connection;
}

std::string row_of(pg_conn* connection, const SqlCall& call, const Request& request) {
  std::vector<const char*> values;
  for (size_t draw : call.parameters) values.push_back(request.values[draw].data());
  PostgresResult result(PQexecParams(connection, call.sql.c_str(), int(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
    throw ServerError(
        fmt::format("cannot check the cache against PostgreSQL: {}", error_line(connection)));
  }
  std::string json;
  append_rows_json(result.get(), json);
  return json;
}

}  // namespace

std::map<size_t, CacheCheck> check_hits(const PostgresEndpoint& endpoint, const Traffic& traffic,
                                        const std::vector<HitSample>& samples,
                                        std::stop_token stop) {
  std::map<size_t, CacheCheck> checks;
  if (samples.empty()) return checks;
  PostgresHandle connection = connect(endpoint);
  Request request;
  for (const HitSample& sample : samples) {
    if (stop.stop_requested()) throw Interrupted();
    traffic.make(sample.number, Nanoseconds(0), request);
    const std::string row = row_of(connection.get(), traffic.sql_calls()[sample.query], request);
    CacheCheck& check = checks[sample.operation];
    ++check.checked;
    if (hash_bytes(row.data(), row.size()) == sample.value_hash) continue;
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
