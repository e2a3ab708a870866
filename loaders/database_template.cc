#include "loaders/database_template.h"

#include <fmt/format.h>

#include "bench/model/errors.h"

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

}  // namespace

void make_database(PostgresControl& maintenance, const std::string& name) {
  drop_database(maintenance, name);
  maintenance.execute("CREATE DATABASE " + maintenance.quote_name(name));
  mark(maintenance, name);
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
  drop_database(maintenance, working);
  maintenance.execute(
      fmt::format("CREATE DATABASE {} TEMPLATE {}{}", maintenance.quote_name(working),
                  maintenance.quote_name(template_name),
                  maintenance.version() >= kFirstVersionWithStrategy ? " STRATEGY FILE_COPY" : ""));
  mark(maintenance, working);
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
