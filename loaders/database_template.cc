#include "loaders/database_template.h"

#include <fmt/format.h>

#include "bench/model/errors.h"
#include "bench/model/random.h"

namespace tare {

namespace {

constexpr int kFirstVersionWithStrategy = 150000;
constexpr const char* kMark = "made by tare, which may drop it";

void mark(PostgresControl& maintenance, const std::string& name) {
  maintenance.execute(
      fmt::format("COMMENT ON DATABASE {} IS '{}'", maintenance.quote_name(name), kMark));
}

void require_own_name(const std::string& name) {
  if (name.starts_with("tare_")) return;
  throw UsageError(fmt::format(
      "tare drops and replaces only databases whose names begin with tare_; \"{}\" does not",
      name));
}

// For a database between CREATE and its mark, where a kill leaves it without one. No scenario's
// database has two underscores there, and the digits are of the name alone: so it is tare's, and
// whoever makes that name next drops it first.
std::string unfinished_name(const std::string& name) {
  return fmt::format("tare_new__{:016x}", hash_bytes(name.data(), name.size()));
}

// Under its name it is never seen without tare's mark.
void create(PostgresControl& maintenance, const std::string& name, const std::string& options) {
  require_own_name(name);
  const std::string unfinished = unfinished_name(name);
  drop_database(maintenance, unfinished);
  drop_database(maintenance, name);
  maintenance.execute("CREATE DATABASE " + maintenance.quote_name(unfinished) + options);
  mark(maintenance, unfinished);
  maintenance.execute(fmt::format("ALTER DATABASE {} RENAME TO {}",
                                  maintenance.quote_name(unfinished),
                                  maintenance.quote_name(name)));
}

}  // namespace

void make_database(PostgresControl& maintenance, const std::string& name) {
  const SqlRows usual = maintenance.query(
      "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
      "WHERE datname = 'template1'");
  std::string options = " TEMPLATE template0";
  if (!usual.empty()) {
    options +=
        fmt::format(" ENCODING {} LC_COLLATE {} LC_CTYPE {}", maintenance.quote_text(*usual[0][0]),
                    maintenance.quote_text(*usual[0][1]), maintenance.quote_text(*usual[0][2]));
  }
  create(maintenance, name, options);
}

std::optional<std::string> owned_by_other(PostgresControl& maintenance, const std::string& name) {
  const SqlRows rows = maintenance.query(
      "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1 AND "
      "NOT pg_has_role(datdba, 'USAGE')",
      {name});
  if (rows.empty()) return std::nullopt;
  return rows[0][0];
}

bool made_by_other(PostgresControl& maintenance, const std::string& name) {
  return maintenance.value(
             "SELECT count(*) FROM pg_database WHERE datname = $1 AND "
             "shobj_description(oid, 'pg_database') IS DISTINCT FROM $2",
             {name, kMark}) != "0";
}

void drop_database(PostgresControl& maintenance, const std::string& name) {
  require_own_name(name);
  const SqlRows rows =
      maintenance.query("SELECT datistemplate FROM pg_database WHERE datname = $1", {name});
  if (rows.empty()) return;
  const std::string quoted = maintenance.quote_name(name);
  if (rows[0][0] == "t") maintenance.execute("ALTER DATABASE " + quoted + " IS_TEMPLATE false");
  maintenance.execute("DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)");
}

void make_template(PostgresControl& maintenance, const std::string& name) {
  require_own_name(name);
  maintenance.execute(fmt::format("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false",
                                  maintenance.quote_name(name)));
  maintenance.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> "
      "pg_backend_pid()",
      {name});
}

void restore_from_template(PostgresControl& maintenance, const std::string& template_name,
                           const std::string& working) {
  require_own_name(template_name);
  if (working == template_name) {
    throw UsageError(fmt::format("\"{}\" cannot be restored from itself", working));
  }
  create(
      maintenance, working,
      fmt::format(" TEMPLATE {}{}", maintenance.quote_name(template_name),
                  maintenance.version() >= kFirstVersionWithStrategy ? " STRATEGY FILE_COPY" : ""));
  checkpoint_if_allowed(maintenance);
}

void checkpoint_if_allowed(PostgresControl& postgres) {
  try {
    postgres.execute("CHECKPOINT");
  } catch (const SqlError& error) {
    constexpr std::string_view kNoPrivilege = "42501";
    if (error.state() != kNoPrivilege) throw;
  }
}

}  // namespace tare
