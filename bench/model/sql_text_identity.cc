#include <fmt/format.h>
#include <pg_query.h>

#include <cctype>
#include <memory>

#include "bench/model/random.h"
#include "bench/model/sql_text.h"

namespace tare {
namespace {

struct FreeFingerprint {
  void operator()(PgQueryFingerprintResult* result) const {
    pg_query_free_fingerprint_result(*result);
    delete result;
  }
};

// White space outside of quotes is one space; none at the ends, nor a last semicolon.
std::string without_spaces(const std::string& sql) {
  std::string out;
  char quote = '\0';
  bool space = false;
  for (const char c : sql) {
    if (quote == '\0' && std::isspace(static_cast<unsigned char>(c))) {
      space = !out.empty();
      continue;
    }
    if (space) out += ' ';
    space = false;
    out += c;
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    }
  }
  while (quote == '\0' && (out.ends_with(';') || out.ends_with(' '))) out.pop_back();
  return out;
}

}  // namespace

QueryIdentity query_identity(const std::string& sql) {
  const std::unique_ptr<PgQueryFingerprintResult, FreeFingerprint> result(
      new PgQueryFingerprintResult(pg_query_fingerprint(sql.c_str())));
  if (result->error == nullptr) return {result->fingerprint_str, ""};
  const std::string text = without_spaces(sql);
  return {fmt::format("{:016x}", mix_bits(hash_bytes(text.data(), text.size()))),
          fmt::format("PostgreSQL 15's grammar does not know this statement ({}), so it is told by "
                      "its text: other literals make it another query",
                      result->error->message)};
}

}  // namespace tare
