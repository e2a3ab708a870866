#include "bench/drivers/row_json.h"

#include <libpq-fe.h>

namespace tare {

void append_json_string(std::string_view text, std::string& json) {
  static constexpr char kHex[] = "0123456789abcdef";
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += "\\u00";
      json += kHex[c >> 4];
      json += kHex[c & 0xf];
    } else {
      json += c;
    }
  }
  json += '"';
}

void append_rows_json(const pg_result* result, std::string& json) {
  const int rows = PQntuples(result);
  const int columns = PQnfields(result);
  json += '[';
  for (int row = 0; row < rows; ++row) {
    json += row == 0 ? "{" : ",{";
    for (int column = 0; column < columns; ++column) {
      if (column > 0) json += ',';
      append_json_string(PQfname(result, column), json);
      json += ':';
      if (PQgetisnull(result, row, column)) {
        json += "null";
      } else {
        append_json_string(
            {PQgetvalue(result, row, column), size_t(PQgetlength(result, row, column))}, json);
      }
    }
    json += '}';
  }
  json += ']';
}

}  // namespace tare
