#include "loaders/table_digest.h"

#include <fmt/format.h>

namespace tare {

std::map<std::string, std::string> table_digests(PostgresControl& database) {
  std::map<std::string, std::string> digests;
  const SqlRows tables = database.query(
      "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' "
      "AND n.nspname NOT IN ('information_schema', 'tare_stamp')");
  for (const SqlRow& table : tables) {
    digests[*table[0]] = database.value(
        fmt::format("SELECT count(*) || ' rows, ' || "
                    "coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {} t",
                    *table[0]));
  }
  return digests;
}

}  // namespace tare
