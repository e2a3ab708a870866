// COPY ... FROM STDIN in PostgreSQL's text format, on a connection that somebody else owns.
// Level: drivers. One thread per connection. Used by PostgresControl; ask for rows there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/drivers/postgres_control.h"

struct pg_conn;

namespace tare {

// Runs `sql` (a COPY statement) and feeds it rows of `width` fields until `next` returns false, in
// pieces of about 64 KiB. All rows or none: what `next` throws ends the COPY and goes on. Throws
// SqlError when the server refuses, with an empty state when the connection is lost. Returns how
// many rows there were.
int64_t copy_in(pg_conn* connection, const std::string& sql, size_t width,
                const std::function<bool(SqlRow&)>& next);

// Appends a field with the characters that COPY's text format reserves written as escapes.
void append_copy_text(std::string& line, std::string_view field);

}  // namespace tare
