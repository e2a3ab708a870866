#include "bench/drivers/postgres_copy.h"

#include <libpq-fe.h>

#include "bench/drivers/postgres_connection.h"

namespace tare {

namespace {

constexpr size_t kPieceBytes = 64 * 1024;

void append_row(std::string& buffer, const SqlRow& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) buffer += '\t';
    if (row[i]) {
      append_copy_text(buffer, *row[i]);
    } else {
      buffer += "\\N";
    }
  }
  buffer += '\n';
}

SqlError failure(pg_conn* connection, const pg_result* result, const std::string& sql) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string text = result == nullptr ? "" : PQresultErrorMessage(result);
  return SqlError(text.empty() ? PQerrorMessage(connection) : text, state == nullptr ? "" : state,
                  sql);
}

void put(pg_conn* connection, std::string& buffer, const std::string& sql) {
  if (PQputCopyData(connection, buffer.data(), int(buffer.size())) != 1) {
    throw failure(connection, nullptr, sql);
  }
  buffer.clear();
}

// Ends the COPY, with `reason` as a failure, and reads what the server says to it.
void finish(pg_conn* connection, const char* reason, const std::string& sql) {
  const bool sent = PQputCopyEnd(connection, reason) == 1;
  PostgresResult result(PQgetResult(connection));
  const bool done = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
  const SqlError error = failure(connection, result.get(), sql);
  // The answers to one COPY are its result and the end of the list; the connection's end ends it.
  while (result && PQstatus(connection) == CONNECTION_OK) result.reset(PQgetResult(connection));
  if (!sent || !done) throw error;
}

}  // namespace

void append_copy_text(std::string& line, std::string_view field) {
  for (;;) {
    const size_t special = field.find_first_of("\\\t\n\r");
    line += field.substr(0, special);
    if (special == std::string_view::npos) return;
    const char c = field[special];
    line += c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\\\";
    field.remove_prefix(special + 1);
  }
}

int64_t copy_in(pg_conn* connection, const std::string& sql, size_t width,
                const std::function<bool(SqlRow&)>& next) {
  const PostgresResult start(PQexec(connection, sql.c_str()));
  if (PQresultStatus(start.get()) != PGRES_COPY_IN) throw failure(connection, start.get(), sql);
  SqlRow row(width);
  std::string buffer;
  int64_t count = 0;
  try {
    while (next(row)) {
      append_row(buffer, row);
      ++count;
      if (buffer.size() >= kPieceBytes) put(connection, buffer, sql);
    }
    if (!buffer.empty()) put(connection, buffer, sql);
  } catch (...) {
    try {
      finish(connection, "the rows ended too soon", sql);
    } catch (const SqlError&) {
      // Wanted: that is how a COPY is undone. The reason for it is on its way up.
    }
    throw;
  }
  finish(connection, nullptr, sql);
  return count;
}

}  // namespace tare
