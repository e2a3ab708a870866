#include "tools/experiment/environment_data.h"

#include <fmt/format.h>

#include <set>
#include <thread>

namespace tare {
namespace {

constexpr int kMostRelations = 2000;
constexpr int kMostTablesWithStatistics = 200;
constexpr int kCountsAtOnce = 150000;  // before, a collector is told, and writes twice a second

std::string text_of(const std::optional<std::string>& field) {
  return field.value_or("?");
}

// Two loads of the same data are two samples of ANALYZE: which load it is must be known.
std::string copy_of(EnvironmentQueries& queries, const std::string& template_database) {
  std::string refused;
  const SqlRows rows = queries.rows(
      "SELECT d.oid::text || ' ' || (SELECT system_identifier FROM pg_control_system()) "
      "FROM pg_database d WHERE datname = $1",
      refused, {template_database});
  return rows.empty() ? "not known" : digest_of(text_of(rows[0][0]));
}

// The bounded list of relations comes first: sizes are asked of the file system.
std::string relations_query() {
  return fmt::format(
      "SELECT r.kind, r.name, r.rows, pg_relation_size(r.oid) / "
      "current_setting('block_size')::bigint, r.visible, pg_stat_get_tuples_inserted(r.oid) + "
      "pg_stat_get_tuples_updated(r.oid) + pg_stat_get_tuples_deleted(r.oid), "
      "pg_stat_get_vacuum_count(r.oid), pg_stat_get_analyze_count(r.oid), "
      "pg_stat_get_autovacuum_count(r.oid) + pg_stat_get_autoanalyze_count(r.oid) FROM ("
      "SELECT c.oid, CASE c.relkind WHEN 'i' THEN 'index' ELSE 'table' END AS kind, "
      "quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, "
      "greatest(c.reltuples, 0)::bigint AS rows, CASE WHEN c.relpages > 0 THEN "
      "round(100.0 * c.relallvisible / c.relpages) ELSE 0 END AS visible "
      "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'm', 'i') AND {} ORDER BY n.nspname, c.relname LIMIT {}) r",
      kUserSchema, kMostRelations + 1);
}

// Of the values only a digest.
std::string columns_query() {
  return fmt::format(
      "SELECT CASE r.relkind WHEN 'i' THEN 'index' ELSE 'table' END, quote_ident(s.schemaname) || "
      "'.' || quote_ident(s.tablename), quote_ident(s.attname) || CASE WHEN s.inherited THEN "
      "' with children' ELSE '' END, s.null_frac, s.avg_width, s.n_distinct, "
      "coalesce(s.correlation, 0), coalesce(array_length(s.most_common_freqs, 1), 0), "
      "coalesce(array_length(s.histogram_bounds, 1), 0), left(md5(concat(s.most_common_vals::text, "
      "s.most_common_freqs::text, s.histogram_bounds::text, s.most_common_elems::text, "
      "s.most_common_elem_freqs::text)), 8) FROM (SELECT DISTINCT n.nspname, c.relname, c.relkind "
      "FROM pg_stats p JOIN pg_namespace n ON n.nspname = p.schemaname JOIN pg_class c ON "
      "c.relnamespace = n.oid AND c.relname = p.tablename WHERE {} ORDER BY 1, 2 LIMIT {}) r "
      "JOIN pg_stats s ON s.schemaname = r.nspname AND s.tablename = r.relname ORDER BY 1, 2, 3",
      kUserSchema, kMostTablesWithStatistics + 1);
}

constexpr const char* kExtendedQuery =
    "SELECT quote_ident(statistics_schemaname) || '.' || quote_ident(statistics_name), "
    "left(md5(concat(n_distinct::text, dependencies::text, most_common_vals::text, "
    "most_common_freqs::text)), 8) FROM pg_stats_ext ORDER BY 1 LIMIT 1000";

struct Groups {
  Settings data, statistics, maintenance;
};

void add_relation(const SqlRow& row, bool is_copy, Groups& groups) {
  const std::string kind = text_of(row[0]), name = text_of(row[1]);
  if (kind == "index") {
    groups.data.emplace("index " + name, fmt::format("pages={}", text_of(row[3])));
    return;
  }
  std::string facts = fmt::format("rows={} pages={} all_visible={}%", text_of(row[2]),
                                  text_of(row[3]), text_of(row[4]));
  // Of a copy the counters began with it; elsewhere they hold whatever came before.
  if (is_copy) {
    facts += " written=" + text_of(row[5]);
    for (const auto& [work, place] : {std::pair{"vacuum", 6}, {"analyze", 7}, {"autovacuum", 8}}) {
      if (text_of(row[size_t(place)]) == "0") continue;
      groups.maintenance.emplace(fmt::format("{} {}", work, name),
                                 text_of(row[size_t(place)]) + " times");
    }
  }
  groups.data.emplace("table " + name, facts);
}

void add_column(const SqlRow& row, Settings& statistics) {
  statistics.emplace(
      fmt::format("{} {} {}", text_of(row[0]), text_of(row[1]), text_of(row[2])),
      fmt::format("n_distinct={} nulls={} width={} correlation={} common={} bounds={} values={}",
                  text_of(row[5]), text_of(row[3]), text_of(row[4]), text_of(row[6]),
                  text_of(row[7]), text_of(row[8]), text_of(row[9])));
}

}  // namespace

EnvironmentGroups read_data_groups(EnvironmentQueries& queries,
                                   const std::string& template_database) {
  if (queries.version() < kCountsAtOnce) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
  } else {  // what this session has written itself
    std::string ignored;
    queries.rows("SELECT pg_stat_force_next_flush()", ignored);
  }
  const bool is_copy = !template_database.empty();
  Groups groups;
  EnvironmentGroups out;
  groups.data["copy"] = is_copy ? copy_of(queries, template_database) : "none: kept in place";
  SqlRows relations = queries.rows(relations_query(), out["data"].not_read);
  const bool more = relations.size() > size_t(kMostRelations);
  if (more) relations.resize(kMostRelations);
  for (const SqlRow& row : relations) add_relation(row, is_copy, groups);
  std::string& columns_not_read = out["statistics"].not_read;
  std::set<std::string> tables;
  for (const SqlRow& row : queries.rows(columns_query(), columns_not_read)) {
    tables.insert(text_of(row[0]) + " " + text_of(row[1]));
    if (tables.size() <= size_t(kMostTablesWithStatistics)) add_column(row, groups.statistics);
  }
  if (tables.size() > size_t(kMostTablesWithStatistics) && columns_not_read.empty()) {
    columns_not_read = fmt::format("only of {} tables and indexes", kMostTablesWithStatistics);
  }
  for (const SqlRow& row : queries.rows(kExtendedQuery, columns_not_read)) {
    groups.statistics.emplace("extended " + text_of(row[0]), "values=" + text_of(row[1]));
  }
  for (const auto& [name, details] : {std::pair{"data", &groups.data},
                                      {"statistics", &groups.statistics},
                                      {"maintenance", &groups.maintenance}}) {
    const std::string not_read = out[name].not_read;
    out[name] = bounded(*details);
    out[name].not_read = not_read;
    if (more && not_read.empty()) {
      out[name].not_read =
          fmt::format("only of the first {} tables and indexes by name", kMostRelations);
    }
  }
  return out;
}

}  // namespace tare
