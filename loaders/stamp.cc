#include "loaders/stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include "bench/model/errors.h"
#include "bench/model/random.h"

namespace tare {

namespace {

// Length first, so that no two lists of texts look alike.
void append(std::string& text, const std::string& part) {
  text += fmt::format("{}:{};", part.size(), part);
}

// What stands for "still the same": tare_stamp.made's rows that nobody has renamed or moved since,
// the last made first.
constexpr const char* kStillMade =
    "SELECT m.relation::regclass, c.relkind FROM tare_stamp.made m "
    "JOIN pg_class c ON c.oid = m.relation JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relname = m.name AND n.nspname = m.schema ";

// Nothing goes with CASCADE, which would take other people's views along without a word: views
// first, then the tables together, since keys may tie them, then what they took numbers from.
void drop_made(PostgresControl& database) {
  const std::string latest_first = " ORDER BY m.position DESC";
  for (const SqlRow& row :
       database.query(kStillMade + ("AND c.relkind IN ('v', 'm')" + latest_first))) {
    database.execute(
        fmt::format("DROP {} {}", *row[1] == "m" ? "MATERIALIZED VIEW" : "VIEW", *row[0]));
  }
  std::string tables;
  for (const SqlRow& row :
       database.query(kStillMade + std::string("AND c.relkind IN ('r', 'p')"))) {
    tables += (tables.empty() ? "" : ", ") + *row[0];
  }
  if (!tables.empty()) database.execute("DROP TABLE " + tables);
  for (const SqlRow& row :
       database.query(kStillMade + ("AND c.relkind IN ('f', 'S')" + latest_first))) {
    database.execute(
        fmt::format("DROP {} {}", *row[1] == "f" ? "FOREIGN TABLE" : "SEQUENCE", *row[0]));
  }
}

bool is_claimed(PostgresControl& database) {
  return database.value("SELECT to_regclass('tare_stamp.stamp') IS NOT NULL") == "t";
}

}  // namespace

bool uses_apt_index(const Dataset& dataset) {
  return std::any_of(dataset.tables.begin(), dataset.tables.end(), [](const Table& table) {
    return std::holds_alternative<AptIndexRows>(table.rows_from);
  });
}

std::string dataset_digest(const Dataset& dataset, uint64_t apt_index_digest) {
  std::string text = fmt::format("{} {:x} ", kDatasetFormat, apt_index_digest);
  for (const Table& table : dataset.tables) {
    append(text, "table");
    append(text, table.name);
    for (const Column& column : table.columns) {
      append(text, "column");
      append(text, column.name);
      append(text, column.type);
      append(text, column.field);
    }
    for (const std::string& column : table.primary_key) {
      append(text, "key");
      append(text, column);
    }
    if (const auto* apt = std::get_if<AptIndexRows>(&table.rows_from)) {
      append(text, "apt");
      append(text, apt->table);
    } else {
      append(text, "query");
      append(text, std::get<QueryRows>(table.rows_from).sql);
    }
  }
  for (const std::string& statement : dataset.after_load) {
    append(text, "after");
    append(text, statement);
  }
  return fmt::format("{:016x}", hash_bytes(text.data(), text.size()));
}

std::optional<Stamp> read_stamp(PostgresControl& database) {
  if (!is_claimed(database)) return std::nullopt;
  const SqlRows rows = database.query("SELECT format, scenario, digest FROM tare_stamp.stamp");
  if (rows.empty()) return std::nullopt;
  return Stamp{std::stoi(*rows[0][0]), *rows[0][1], *rows[0][2]};
}

void require_ours_or_empty(PostgresControl& database) {
  if (is_claimed(database)) return;
  const SqlRows found = database.query(
      "SELECT current_database(), n.nspname || '.' || c.relname, count(*) OVER () "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' "
      "AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d "
      "WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') "
      "ORDER BY 2 LIMIT 5");
  if (found.empty()) return;
  std::string names;
  for (const SqlRow& row : found) names += (names.empty() ? "" : ", ") + *row[1];
  if (std::stoll(*found[0][2]) > int64_t(found.size())) names += " ...";
  throw UsageError(fmt::format(
      "the database \"{}\" is not tare's and not empty: it holds {} tables and views ({}). tare "
      "writes only into an empty database or one it has filled itself; name another one",
      *found[0][0], *found[0][2], names));
}

void mark_as_claimed(PostgresControl& database) {
  database.execute("CREATE SCHEMA IF NOT EXISTS tare_stamp");
  database.execute(
      "CREATE TABLE IF NOT EXISTS tare_stamp.stamp (format int NOT NULL, scenario text NOT NULL, "
      "digest text NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now())");
  // A name alone may come to mean somebody else's table: by another search_path, or by renaming.
  database.execute(
      "CREATE TABLE IF NOT EXISTS tare_stamp.made (relation oid PRIMARY KEY, schema name NOT NULL, "
      "name name NOT NULL, position int GENERATED ALWAYS AS IDENTITY)");
}

void note_under_way(PostgresControl& database, const UnderWay& under_way) {
  database.execute(
      "CREATE TABLE IF NOT EXISTS tare_stamp.under_way (change text NOT NULL, undo text NOT NULL)");
  database.query(
      "WITH gone AS (DELETE FROM tare_stamp.under_way) INSERT INTO tare_stamp.under_way VALUES "
      "($1, "
      "$2)",
      {under_way.change, under_way.undo});
}

void clear_under_way(PostgresControl& database) {
  if (read_under_way(database)) database.execute("DELETE FROM tare_stamp.under_way");
}

std::optional<UnderWay> read_under_way(PostgresControl& database) {
  if (database.value("SELECT to_regclass('tare_stamp.under_way') IS NOT NULL") != "t") {
    return std::nullopt;
  }
  const SqlRows rows = database.query("SELECT change, undo FROM tare_stamp.under_way");
  if (rows.empty()) return std::nullopt;
  return UnderWay{rows[0][0].value_or(""), rows[0][1].value_or("")};
}

void claim_database(PostgresControl& database) {
  require_ours_or_empty(database);
  mark_as_claimed(database);
  database.execute("BEGIN");
  try {
    database.execute("DELETE FROM tare_stamp.stamp");
    drop_made(database);
    database.execute("DELETE FROM tare_stamp.made");
  } catch (const SqlError& error) {
    database.execute("ROLLBACK");
    constexpr std::string_view kOthersDepend = "2BP01";
    if (error.state() != kOthersDepend) throw;
    throw UsageError(fmt::format(
        "something that tare has not made depends on the tables it loads anew: {}. Drop that, or "
        "name another database",
        error.message()));
  }
  database.execute("COMMIT");
}

void note_table(PostgresControl& database, const std::string& table) {
  database.query(
      "INSERT INTO tare_stamp.made (relation, schema, name) SELECT c.oid, n.nspname, c.relname "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relname = $1 AND n.nspname = current_schema() ON CONFLICT DO NOTHING",
      {table});
}

std::set<std::string> relations_of(PostgresControl& database) {
  std::set<std::string> relations;
  for (const SqlRow& row : database.query(
           "SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') "
           "AND c.relpersistence <> 't' AND pg_get_userbyid(c.relowner) = current_user "
           "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass "
           "AND d.objid = c.oid AND d.deptype = 'e')")) {
    relations.insert(*row[0]);
  }
  return relations;
}

void note_new(PostgresControl& database, const std::set<std::string>& before) {
  for (const std::string& relation : relations_of(database)) {
    if (before.contains(relation)) continue;
    database.query(
        "INSERT INTO tare_stamp.made (relation, schema, name) SELECT c.oid, n.nspname, c.relname "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid "
        "ON CONFLICT DO NOTHING",
        {relation});
  }
}

void require_made(PostgresControl& database, const Dataset& dataset) {
  if (database.value("SELECT to_regclass('tare_stamp.made') IS NULL") == "t") {
    throw UsageError(
        "an older tare has loaded the data here, without a note of which tables are its own: drop "
        "them and the schema tare_stamp, and run again");
  }
  for (const Table& table : dataset.tables) {
    const SqlRows found = database.query(
        "SELECT c.oid::regclass, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace WHERE c.oid = to_regclass($1) AND c.oid NOT IN (SELECT relation FROM "
        "tare_stamp.made)",
        {database.quote_name(table.name)});
    if (found.empty()) continue;
    throw UsageError(fmt::format(
        "here \"{}\" is a table of the schema {} that tare has not made, so the traffic would go "
        "there: see to the search_path of tare's role (SHOW search_path), or rename that table",
        table.name, *found[0][1]));
  }
}

void write_stamp(PostgresControl& database, const Stamp& stamp) {
  // One statement, so that there is never half a stamp.
  database.query(
      "WITH gone AS (DELETE FROM tare_stamp.stamp) INSERT INTO tare_stamp.stamp (format, scenario, "
      "digest) VALUES ($1::int, $2, $3)",
      {std::to_string(stamp.format), stamp.scenario, stamp.digest});
}

}  // namespace tare
