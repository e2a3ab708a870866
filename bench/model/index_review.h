// The index review of a run: what its load did to tables and through indexes, what each index cost
// the statements that write, and the findings that follow.
// Level: model. Plain values. Sizes in bytes; counts are of the load alone, unless said otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare {

// One key of an index. Keys are alike when all four are.
struct IndexKey {
  std::string expression;      // a column's name, quoted where it must be, or an expression
  std::string operator_class;  // "pg_catalog.text_ops", with its options
  std::string collation;       // empty: the type has none
  std::string order;           // "ASC NULLS LAST"

  friend bool operator==(const IndexKey&, const IndexKey&) = default;
};

enum class IndexRole { plain, unique, constraint };

// What one index costs one statement that writes: medians over `samples` executions with the index
// and as many without it, each rolled back.
struct WriteCost {
  std::string operation;
  std::string step;
  std::string command;         // INSERT, UPDATE, DELETE or MERGE
  int64_t wal_bytes = 0;       // more with the index than without
  int64_t wal_bytes_with = 0;  // of the whole statement, with every index
  int64_t wal_records = 0;
  int64_t blocks = 0;  // logical reads
  int64_t samples = 0;
  int64_t updates = 0;      // rows updated in them, alike with the index and without
  int64_t hot_with = 0;     // HOT among them, with the index
  int64_t hot_without = 0;  // and without

  friend bool operator==(const WriteCost&, const WriteCost&) = default;
};

enum class IndexState { valid, invalid };
enum class ReplicaIdentity { no, yes };

struct IndexUse {
  std::string schema;
  std::string name;
  std::string partition;   // the partition it is on, when it is not on the whole table
  std::string definition;  // CREATE INDEX ...
  std::string access_method;
  std::vector<IndexKey> keys;
  std::vector<std::string> included;
  std::vector<std::string> columns;  // all it depends on, also in expressions and the predicate
  std::string predicate;             // of a partial index
  std::string unique_rule;           // how NULLs count and when it is checked; empty: not unique
  IndexRole role = IndexRole::plain;
  std::string needed_by;  // the constraints that rest on it
  IndexState state = IndexState::valid;
  ReplicaIdentity replica_identity = ReplicaIdentity::no;
  int64_t size_bytes = 0;  // after the load
  int64_t scans = 0;
  int64_t tuples_read = 0;     // index entries that scans returned
  int64_t tuples_fetched = 0;  // live rows that plain index scans fetched
  std::vector<WriteCost> costs;
  std::string not_measured;  // why `costs` is empty

  friend bool operator==(const IndexUse&, const IndexUse&) = default;
};

// A table; a partitioned one with all its partitions.
struct TableUse {
  std::string schema;
  std::string name;
  std::vector<std::string> partitions;  // the leaves
  int64_t rows = 0;                     // PostgreSQL's own estimate
  int64_t size_bytes = 0;               // what a sequential scan reads
  int64_t inserts = 0, updates = 0, hot_updates = 0, deletes = 0;
  int64_t seq_scans = 0;  // each worker of a parallel scan counts as one
  int64_t seq_rows = 0;   // that they read
  std::vector<IndexUse> indexes;

  friend bool operator==(const TableUse&, const TableUse&) = default;
};

// Of the whole server, background processes too. PostgreSQL 14 and later.
struct WalUse {
  int64_t records = 0;
  int64_t full_page_images = 0;
  int64_t bytes = 0;

  friend bool operator==(const WalUse&, const WalUse&) = default;
};

enum class IndexFindingKind { sequential_scan, low_hot_share, duplicate, prefix, unused };

struct IndexFinding {
  IndexFindingKind kind = IndexFindingKind::unused;
  std::string table;
  std::string index;                  // empty: of the table
  std::string evidence;               // with its figures
  std::vector<std::string> cautions;  // what the evidence does not show

  friend bool operator==(const IndexFinding&, const IndexFinding&) = default;
};

struct IndexReview {
  double seconds = 0;    // warm-up and window: what the counts span
  int64_t requests = 0;  // that were scheduled in them
  std::optional<WalUse> wal = {};
  std::vector<TableUse> tables = {};
  std::vector<IndexFinding> findings = {};  // the weightiest first
  std::vector<std::string> notes = {};      // what is missing or was left out, and why

  friend bool operator==(const IndexReview&, const IndexReview&) = default;
};

}  // namespace tare
