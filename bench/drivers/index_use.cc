#include "bench/drivers/index_use.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "bench/drivers/postgres_counters.h"

namespace tare {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kForcedFlush = 150000;  // since then a session can be told to hand in its counts
constexpr std::chrono::milliseconds kReportInterval(600);  // older: every 500 ms at most
constexpr std::chrono::milliseconds kGlance(20);

// Not the server's, and not tare's own.
constexpr const char* kUserSchema =
    "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tare_stamp')";

// Rows are PostgreSQL's estimate of the last ANALYZE; without one, what has been counted.
std::string tables_query() {
  return fmt::format(
      "SELECT root.oid, n.nspname, root.relname, "
      "sum(CASE WHEN leaf.reltuples > 0 THEN leaf.reltuples ELSE s.n_live_tup END)::bigint, "
      "sum(pg_relation_size(leaf.oid)), "
      "sum(s.n_tup_ins), sum(s.n_tup_upd), sum(s.n_tup_hot_upd), sum(s.n_tup_del), "
      "sum(s.seq_scan), sum(s.seq_tup_read) "
      "FROM pg_class leaf JOIN pg_stat_user_tables s ON s.relid = leaf.oid "
      "JOIN pg_class root ON root.oid = coalesce(pg_partition_root(leaf.oid)::oid, leaf.oid) "
      "JOIN pg_namespace n ON n.oid = root.relnamespace "
      "WHERE leaf.relkind IN ('r', 'm') AND {} GROUP BY 1, 2, 3 ORDER BY 2, 3",
      kUserSchema);
}

constexpr const char* kPartitionsQuery =
    "SELECT pg_partition_root(oid)::oid, relname FROM pg_class WHERE relkind = 'r' AND "
    "relispartition ORDER BY relname";

// Indexes that are no part of another: the partitions' shares of an index are added to it.
std::string indexes_query() {
  return fmt::format(
      "SELECT x.oid, coalesce(pg_partition_root(i.indrelid)::oid, i.indrelid), n.nspname, "
      "x.relname, CASE WHEN t.relispartition THEN t.relname ELSE '' END, "
      "pg_get_indexdef(x.oid), am.amname, coalesce(pg_get_expr(i.indpred, i.indrelid), ''), "
      "CASE WHEN NOT i.indisunique THEN '' ELSE concat_ws(', ', CASE WHEN "
      "to_jsonb(i) ->> 'indnullsnotdistinct' = 'true' THEN 'NULLs are alike' ELSE "
      "'NULLs differ' END, CASE WHEN i.indimmediate THEN 'checked at once' ELSE 'deferrable' END) "
      "END, "
      "CASE WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid AND k.contype IN "
      "('p', 'u', 'x')) THEN 'constraint' WHEN i.indisunique THEN 'unique' ELSE 'plain' END, "
      "(SELECT string_agg(CASE k.contype WHEN 'p' THEN 'primary key ' WHEN 'u' THEN "
      "'unique constraint ' WHEN 'x' THEN 'exclusion constraint ' ELSE 'foreign key ' END || "
      "k.conname, ', ' ORDER BY k.contype DESC, k.conname) FROM pg_constraint k "
      "WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x', 'f') AND k.conparentid = 0), "
      "i.indisvalid, i.indisreplident, u.size, u.scans, u.read, u.fetched "
      "FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition "
      "JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'm', 'p') "
      "JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_am am ON am.oid = x.relam "
      "LEFT JOIN (SELECT coalesce(pg_partition_root(s.indexrelid)::oid, s.indexrelid) AS root, "
      "sum(pg_relation_size(s.indexrelid)) AS size, sum(s.idx_scan) AS scans, "
      "sum(s.idx_tup_read) AS read, sum(s.idx_tup_fetch) AS fetched "
      "FROM pg_stat_user_indexes s GROUP BY 1) u ON u.root = x.oid "
      "WHERE {} ORDER BY 3, 4",
      kUserSchema);
}

constexpr const char* kKeysQuery =
    "SELECT i.indexrelid, k.n <= i.indnkeyatts, pg_get_indexdef(i.indexrelid, k.n::int, true), "
    "(SELECT concat_ws(' ', quote_ident(cn.nspname) || '.' || quote_ident(c.opcname), "
    "nullif(array_to_string(a.attoptions, ','), '')) FROM pg_opclass c JOIN pg_namespace cn ON "
    "cn.oid = c.opcnamespace WHERE c.oid = i.indclass[k.n - 1]), "
    "(SELECT quote_ident(ln.nspname) || '.' || quote_ident(l.collname) FROM pg_collation l JOIN "
    "pg_namespace ln ON ln.oid = l.collnamespace WHERE l.oid = i.indcollation[k.n - 1]), "
    "CASE WHEN i.indoption[k.n - 1] & 1 = 1 THEN 'DESC' ELSE 'ASC' END || CASE WHEN "
    "i.indoption[k.n - 1] & 2 = 2 THEN ' NULLS FIRST' ELSE ' NULLS LAST' END "
    "FROM pg_index i CROSS JOIN LATERAL generate_series(1, i.indnatts) k(n) "
    "JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = k.n "
    "JOIN pg_class x ON x.oid = i.indexrelid AND NOT x.relispartition "
    "ORDER BY i.indexrelid, k.n";

// An UPDATE that changes none of them can be HOT, as far as this index goes.
constexpr const char* kColumnsQuery =
    "SELECT i.indexrelid, a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
    "AND a.attnum > 0 AND (a.attnum = ANY (i.indkey::int2[]) OR EXISTS (SELECT FROM pg_depend d "
    "WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refclassid = "
    "'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)) "
    "ORDER BY i.indexrelid, a.attnum";

std::string text_of(const std::optional<std::string>& field) {
  return field.value_or("");
}

int64_t count_of(const std::optional<std::string>& field) {
  return field ? std::stoll(*field) : 0;
}

TableUse table_of(const SqlRow& row) {
  TableUse table;
  table.schema = text_of(row[1]);
  table.name = text_of(row[2]);
  table.rows = count_of(row[3]);
  table.size_bytes = count_of(row[4]);
  table.inserts = count_of(row[5]);
  table.updates = count_of(row[6]);
  table.hot_updates = count_of(row[7]);
  table.deletes = count_of(row[8]);
  table.seq_scans = count_of(row[9]);
  table.seq_rows = count_of(row[10]);
  return table;
}

IndexUse index_of(const SqlRow& row) {
  IndexUse index;
  index.schema = text_of(row[2]);
  index.name = text_of(row[3]);
  index.partition = text_of(row[4]);
  index.definition = text_of(row[5]);
  index.access_method = text_of(row[6]);
  index.predicate = text_of(row[7]);
  index.unique_rule = text_of(row[8]);
  const std::string role = text_of(row[9]);
  index.role = role == "constraint" ? IndexRole::constraint
               : role == "unique"   ? IndexRole::unique
                                    : IndexRole::plain;
  index.needed_by = text_of(row[10]);
  index.state = text_of(row[11]) == "t" ? IndexState::valid : IndexState::invalid;
  index.replica_identity = text_of(row[12]) == "t" ? ReplicaIdentity::yes : ReplicaIdentity::no;
  index.size_bytes = count_of(row[13]);
  index.scans = count_of(row[14]);
  index.tuples_read = count_of(row[15]);
  index.tuples_fetched = count_of(row[16]);
  return index;
}

void add_keys(const SqlRows& rows, std::map<std::string, IndexUse*>& indexes) {
  for (const SqlRow& row : rows) {
    const auto found = indexes.find(text_of(row[0]));
    if (found == indexes.end()) continue;
    if (text_of(row[1]) == "t") {
      found->second->keys.push_back(
          {text_of(row[2]), text_of(row[3]), text_of(row[4]), text_of(row[5])});
    } else {
      found->second->included.push_back(text_of(row[2]));
    }
  }
}

void add_columns(const SqlRows& rows, std::map<std::string, IndexUse*>& indexes) {
  for (const SqlRow& row : rows) {
    const auto found = indexes.find(text_of(row[0]));
    if (found != indexes.end()) found->second->columns.push_back(text_of(row[1]));
  }
}

std::vector<TableUse> read_tables(PostgresControl& postgres) {
  const SqlRows table_rows = postgres.query(tables_query());
  std::vector<TableUse> tables;
  std::map<std::string, size_t> places;  // by oid
  for (const SqlRow& row : table_rows) {
    places[text_of(row[0])] = tables.size();
    tables.push_back(table_of(row));
  }
  for (const SqlRow& row : postgres.query(kPartitionsQuery)) {
    const auto found = places.find(text_of(row[0]));
    if (found != places.end()) tables[found->second].partitions.push_back(text_of(row[1]));
  }
  const SqlRows index_rows = postgres.query(indexes_query());
  for (const SqlRow& row : index_rows) {
    const auto found = places.find(text_of(row[1]));
    if (found != places.end()) tables[found->second].indexes.push_back(index_of(row));
  }
  std::map<std::string, IndexUse*> indexes;  // by oid, once no table's list grows any more
  for (const SqlRow& row : index_rows) {
    const auto found = places.find(text_of(row[1]));
    if (found == places.end()) continue;
    for (IndexUse& index : tables[found->second].indexes) {
      if (index.schema == text_of(row[2]) && index.name == text_of(row[3])) {
        indexes[text_of(row[0])] = &index;
      }
    }
  }
  add_keys(postgres.query(kKeysQuery), indexes);
  add_columns(postgres.query(kColumnsQuery), indexes);
  return tables;
}

// What has been counted by this session reaches the others, and what others have handed in is seen.
void hand_in_counts(PostgresControl& postgres) {
  if (postgres.version() >= kForcedFlush) {
    postgres.query("SELECT pg_stat_force_next_flush()");
    return;
  }
  // A session reports at the end of a statement, when its last report is old enough; the collector
  // writes what it got when somebody asks, as seldom as that.
  for (int turn = 0; turn < 2; ++turn) {
    std::this_thread::sleep_for(kReportInterval);
    postgres.query("SELECT 1");
  }
}

class Difference {
 public:
  // `after` becomes what it is more than `before`.
  void take(int64_t& after, int64_t before) {
    after -= before;
    if (after >= 0) return;
    after = 0;
    fell_ = true;
  }
  void take(IndexUse& after, const IndexUse& before) {
    take(after.scans, before.scans);
    take(after.tuples_read, before.tuples_read);
    take(after.tuples_fetched, before.tuples_fetched);
  }
  void take(TableUse& after, const TableUse& before) {
    take(after.inserts, before.inserts);
    take(after.updates, before.updates);
    take(after.hot_updates, before.hot_updates);
    take(after.deletes, before.deletes);
    take(after.seq_scans, before.seq_scans);
    take(after.seq_rows, before.seq_rows);
    take_all(after.indexes, before.indexes);
  }
  void take(WalUse& after, const WalUse& before) {
    take(after.records, before.records);
    take(after.full_page_images, before.full_page_images);
    take(after.bytes, before.bytes);
  }
  template <typename Use>
  void take_all(std::vector<Use>& after, const std::vector<Use>& before) {
    for (Use& each : after) {
      const auto found = std::find_if(before.begin(), before.end(), [&](const Use& other) {
        return other.schema == each.schema && other.name == each.name;
      });
      if (found != before.end()) take(each, *found);
    }
  }

  bool fell() const { return fell_; }

 private:
  bool fell_ = false;
};

}  // namespace

UseCounters read_use(PostgresControl& postgres) {
  hand_in_counts(postgres);
  UseCounters counters;
  if (postgres.value("SELECT current_setting('track_counts')") != "on") {
    counters.not_counted = "PostgreSQL's setting track_counts is off: nothing was counted";
    return counters;
  }
  counters.tables = read_tables(postgres);
  const CounterLook wal = look_at_postgres(postgres, "wal");
  if (wal.missing.empty()) {
    const auto value = [&wal](const char* name) { return wal.values.at({"", name}).value; };
    counters.wal = WalUse{value("records"), value("full_page_images"), value("bytes")};
  }
  return counters;
}

int64_t await_other_sessions_end(PostgresControl& postgres, std::chrono::milliseconds at_most) {
  const Clock::time_point limit = Clock::now() + at_most;
  for (;;) {
    const int64_t others = std::stoll(
        postgres.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND pid <> pg_backend_pid() AND backend_type IN ('client backend', "
                       "'parallel worker') AND application_name <> 'tare' "
                       "AND application_name NOT LIKE 'tare claims %'"));
    if (others == 0 || Clock::now() >= limit) return others;
    std::this_thread::sleep_for(kGlance);
  }
}

IndexReview use_between(const UseCounters& before, const UseCounters& after) {
  IndexReview review;
  for (const UseCounters* counters : {&before, &after}) {
    if (counters->not_counted.empty()) continue;
    review.notes = {counters->not_counted};
    return review;
  }
  Difference difference;
  review.tables = after.tables;
  difference.take_all(review.tables, before.tables);
  if (before.wal && after.wal) {
    review.wal = after.wal;
    difference.take(*review.wal, *before.wal);
  }
  if (difference.fell()) {
    review.notes.emplace_back(
        "some of PostgreSQL's counters fell during the run (somebody reset them, or the server "
        "crashed); they count as 0 here");
  }
  return review;
}

}  // namespace tare
