#include "bench/drivers/postgres_counters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace tare {
namespace {

constexpr const char* kStatements = "pg_stat_statements";

// How a view is read. Rows with the same object are added up; a view without objects has one row.
struct View {
  const char* name;
  const char* joined;  // to it
  const char* object;
  const char* where;
  const char* reset;  // when its counters began
};

// Partitions count as their table, as in the index review; tare's own table does not.
constexpr const char* kOfTables =
    "s JOIN pg_class root ON root.oid = coalesce(pg_partition_root(s.relid)::oid, s.relid) "
    "JOIN pg_namespace n ON n.oid = root.relnamespace";
constexpr const char* kTableName = "n.nspname || '.' || root.relname";
constexpr const char* kNotOurs = "n.nspname <> 'tare_stamp'";
constexpr const char* kDatabaseReset =
    "(SELECT stats_reset FROM pg_stat_database WHERE datname = current_database())";
constexpr const char* kOneRow = "''";
constexpr const char* kReset = "max(stats_reset)";

constexpr View kViews[] = {
    {"pg_stat_database", "", kOneRow, "datname = current_database()", kReset},
    {"pg_statio_user_tables", kOfTables, kTableName, kNotOurs, kDatabaseReset},
    {"pg_stat_user_tables", kOfTables, kTableName, kNotOurs, kDatabaseReset},
    {"pg_stat_io", "", "concat_ws(' ', backend_type, object, context)", "true", kReset},
    {"pg_stat_wal", "", kOneRow, "true", kReset},
    {"pg_stat_bgwriter", "", kOneRow, "true", kReset},
    {"pg_stat_checkpointer", "", kOneRow, "true", kReset}};

const View& view_of(std::string_view name) {
  const auto* found = std::find_if(std::begin(kViews), std::end(kViews), [name](const View& view) {
    return std::string_view(view.name) == name;
  });
  if (found == std::end(kViews)) throw std::invalid_argument(fmt::format("no view {}", name));
  return *found;
}

std::vector<const PostgresCounter*> counters_of(std::string_view source, int version) {
  const int major = std::min(version / 10000, kNewestPostgres);  // a newer one: as far as known
  std::vector<const PostgresCounter*> found;
  for (const PostgresCounter& counter : postgres_counters()) {
    if (source == counter.source && counter.since <= major && major <= counter.until) {
      found.push_back(&counter);
    }
  }
  return found;
}

// Sums of NULLs only (a counter that this kind of row does not have) stay NULL.
std::string columns_of(const std::vector<const PostgresCounter*>& counters) {
  std::string columns;
  for (const PostgresCounter* counter : counters) {
    const bool time = std::string_view(counter->unit) == "ms";
    columns +=
        time ? fmt::format(", round((sum({}) * 1000000)::numeric)::bigint", counter->expression)
             : fmt::format(", sum({})::bigint", counter->expression);
  }
  return columns;
}

std::string unit_of(const PostgresCounter& counter) {
  return std::string_view(counter.unit) == "ms" ? "ns" : counter.unit;
}

void read_rows(const SqlRows& rows, size_t first,
               const std::vector<const PostgresCounter*>& counters, CounterLook& look) {
  for (const SqlRow& row : rows) {
    for (size_t i = 0; i < counters.size(); ++i) {
      if (!row[first + i]) continue;
      look.values[{row[0].value_or(""), counters[i]->name}] = {unit_of(*counters[i]),
                                                               std::stoll(*row[first + i])};
    }
  }
}

// PostgreSQL's refusal, and what to do.
std::string refused(PostgresControl& postgres, const SqlError& error, const std::string& view) {
  if (error.state() != "42501")
    return fmt::format("{} could not be read: {}", view, to_text(error));
  std::string role = "the role";
  try {
    role = postgres.value("SELECT quote_ident(current_user)");
  } catch (const SqlError&) {
  }
  return fmt::format("{} may not be read: GRANT pg_monitor TO {}", view, role);
}

constexpr const char* kBeganAnew = "PostgreSQL began anew between the looks";
constexpr const char* kWasReset =
    "somebody reset its counters between the looks (tare never does): let them be, and measure "
    "again";
constexpr const char* kEvicted =
    "pg_stat_statements had no room and gave up entries: raise pg_stat_statements.max";

std::string too_old(std::string_view source, int version) {
  int since = kNewestPostgres;
  for (const PostgresCounter& counter : postgres_counters()) {
    if (source == counter.source) since = std::min(since, counter.since);
  }
  return fmt::format("came with PostgreSQL {}; this is {}", since, version / 10000);
}

// The schema of the extension in this database; empty: it has none.
std::string extension_schema(PostgresControl& postgres) {
  const SqlRows rows = postgres.query(fmt::format(
      "SELECT {} quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = "
      "e.extnamespace WHERE e.extname = '{}'",
      kLookMark, kStatements));
  return rows.empty() ? "" : rows[0][0].value_or("");
}

void look_at_statements_in(PostgresControl& postgres, const std::string& schema,
                           const std::string& database, CounterLook& look) {
  const int version = postgres.version();
  const auto counters = counters_of("statements", version);
  const bool nested = version >= 140000;  // they are told apart
  look.same[kBeganAnew] =
      postgres.value(fmt::format("SELECT {} pg_postmaster_start_time()", kLookMark));
  if (nested) {
    const SqlRow row = postgres
                           .query(fmt::format("SELECT {} dealloc, stats_reset FROM {}.{}_info",
                                              kLookMark, schema, kStatements))
                           .at(0);
    look.same[kEvicted] = row[0].value_or("");
    look.same[kWasReset] = row[1].value_or("");
  }
  // Without their texts, which lie in a file.
  read_rows(postgres.query(
                fmt::format("SELECT {} queryid{} FROM {}.{}(false) WHERE queryid IS NOT NULL AND "
                            "dbid = (SELECT oid FROM pg_database WHERE datname = $1){} GROUP BY 1",
                            kLookMark, columns_of(counters), schema, kStatements,
                            nested ? " AND toplevel" : ""),
                {database}),
            1, counters, look);
}

}  // namespace

std::string postgres_counter_query(const std::string& source, const std::string& name,
                                   int version) {
  for (const PostgresCounter* counter : counters_of(source, version)) {
    if (name != counter->name) continue;
    const View& view = view_of(counter->view);
    if (std::string_view(view.object) != kOneRow) break;
    return fmt::format("(SELECT {} FROM {} WHERE {})", counter->expression, view.name, view.where);
  }
  throw std::invalid_argument(
      fmt::format("PostgreSQL {} has no single counter {} {}", version / 10000, source, name));
}

CounterLook look_at_postgres(PostgresControl& postgres, const std::string& source) {
  CounterLook look;
  const auto counters = counters_of(source, postgres.version());
  if (counters.empty()) {
    look.missing = too_old(source, postgres.version());
    return look;
  }
  const View& view = view_of(counters.front()->view);
  look.view = view.name;
  try {
    const SqlRows rows = postgres.query(fmt::format(
        "SELECT {}, {}, pg_postmaster_start_time(){} FROM {} {} WHERE {} GROUP BY 1", view.object,
        view.reset, columns_of(counters), view.name, view.joined, view.where));
    for (const SqlRow& row : rows) {
      look.same[kWasReset] = row[1].value_or("");
      look.same[kBeganAnew] = row[2].value_or("");
    }
    read_rows(rows, 3, counters, look);
  } catch (const SqlError& error) {
    look.missing = refused(postgres, error, view.name);
  }
  return look;
}

CounterLook look_at_statements(PostgresControl& postgres, const std::string& database) {
  CounterLook look;
  look.view = kStatements;
  try {
    const std::string schema = extension_schema(postgres);
    if (schema.empty()) {
      look.missing = fmt::format(
          "no pg_stat_statements: name it in shared_preload_libraries, restart, and CREATE "
          "EXTENSION pg_stat_statements in database {}",
          postgres.value("SELECT current_database()"));
      return look;
    }
    look_at_statements_in(postgres, schema, database, look);
  } catch (const SqlError& error) {
    look.values.clear();
    look.missing = error.state() == "55000" ? "no pg_stat_statements: name it in "
                                              "shared_preload_libraries, and restart PostgreSQL"
                                            : refused(postgres, error, kStatements);
  }
  return look;
}

std::map<std::string, std::string> statement_texts(PostgresControl& postgres,
                                                   const std::set<std::string>& query_ids) {
  std::map<std::string, std::string> texts;
  if (query_ids.empty()) return texts;
  try {
    const SqlRows rows = postgres.query(
        fmt::format("SELECT {} queryid, min(query) FROM {}.{}(true) WHERE queryid = ANY "
                    "($1::bigint[]) AND query IS NOT NULL GROUP BY 1",
                    kLookMark, extension_schema(postgres), kStatements),
        {fmt::format("{{{}}}", fmt::join(query_ids, ","))});
    for (const SqlRow& row : rows) {
      const std::string text = row[1].value_or("");
      if (text.find(kLookMark) == std::string::npos) texts[row[0].value_or("")] = text;
    }
  } catch (const SqlError&) {  // then nothing is known by its text
  }
  return texts;
}

}  // namespace tare
