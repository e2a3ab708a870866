#include "tools/experiment/environment_server.h"

#include <fmt/format.h>

namespace tare {
namespace {

// Name and value in each row.
void add(EnvironmentQueries& queries, const std::string& sql, EnvironmentGroup& group) {
  for (const SqlRow& row : queries.rows(sql, group.not_read)) {
    if (row[0] && row[1]) group.details.emplace(*row[0], *row[1]);
  }
}

std::string preset_query() {
  return "SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'block_size', "
         "'wal_block_size', 'wal_segment_size', 'segment_size', 'data_checksums', "
         "'debug_assertions', 'integer_datetimes', 'server_encoding') "
         "UNION ALL SELECT 'build', version() "
         "UNION ALL SELECT 'in recovery', pg_is_in_recovery()::text";
}

// Columns that other versions do not have are looked for in the row as it is.
std::string locale_query() {
  return "SELECT k.name, to_jsonb(d) ->> k.field FROM pg_database d, (VALUES ('collation', "
         "'datcollate'), ('character type', 'datctype'), ('locale provider', 'datlocprovider'), "
         "('collation version', 'datcollversion'), ('locale', 'datlocale'), ('ICU locale', "
         "'daticulocale')) k (name, field) WHERE datname = current_database()";
}

std::string running(const char* what, const char* view) {
  return fmt::format("SELECT '{}', count(*)::text FROM {}", what, view);
}

// A user without privileges sees none of other users' transactions.
std::string moment_query() {
  return "SELECT 'autovacuum', current_setting('autovacuum') UNION ALL " +
         running("running vacuums", "pg_stat_progress_vacuum") + " UNION ALL " +
         running("running analyzes", "pg_stat_progress_analyze") + " UNION ALL " +
         running("running index builds", "pg_stat_progress_create_index") + " UNION ALL " +
         running("running base backups", "pg_stat_progress_basebackup") + " UNION ALL " +
         running("replicas", "pg_stat_replication") + " UNION ALL " +
         running("replication slots", "pg_replication_slots") +
         " UNION ALL SELECT 'transactions over 60 s', count(*)::text FROM pg_stat_activity "
         "WHERE xact_start < now() - interval '60 s' AND backend_type = 'client backend' "
         "UNION ALL SELECT 'oldest xmin age', coalesce(max(age(backend_xmin)), 0)::text "
         "FROM pg_stat_activity";
}

}  // namespace

EnvironmentGroups read_server_groups(EnvironmentQueries& queries) {
  EnvironmentGroups groups;
  add(queries, preset_query(), groups["server"]);
  add(queries, locale_query(), groups["server"]);
  add(queries,
      "SELECT 'waiting for a restart: ' || name, 'yes' FROM pg_settings "
      "WHERE pending_restart",
      groups["settings"]);
  add(queries, moment_query(), groups["maintenance"]);
  return groups;
}

}  // namespace tare
