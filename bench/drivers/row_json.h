// Rows as JSON text, the form in which they are stored in the cache:
// [{"name":"libc6","version":"2.36"}], every value as PostgreSQL writes it, or null.
// Level: drivers. Appends to the caller's buffer; allocates only when that must grow.
#pragma once

#include <string>
#include <string_view>

struct pg_result;

namespace tare {

void append_json_string(std::string_view text, std::string& json);

// The rows of a libpq result with tuples.
void append_rows_json(const pg_result* result, std::string& json);

}  // namespace tare
