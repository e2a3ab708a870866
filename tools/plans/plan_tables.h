// Which tables a plan reads from end to end and which it writes, and the work EXPLAIN counted.
// Level: plans. Pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

enum class ScanWorkers { one, parallel };

// A sequential scan that really ran.
struct ScannedTable {
  std::string table;  // a partition where it is one
  ScanWorkers workers = ScanWorkers::one;

  friend bool operator==(const ScannedTable&, const ScannedTable&) = default;
};

struct WrittenTable {
  std::string schema;  // only of EXPLAIN (VERBOSE)
  std::string table;
  std::string command;  // INSERT, UPDATE, DELETE, MERGE
  int64_t rows = 0;     // that reached the write; only of EXPLAIN (ANALYZE)

  friend bool operator==(const WrittenTable&, const WrittenTable&) = default;
};

struct PlanTables {
  std::vector<ScannedTable> scanned;  // each table once
  std::vector<WrittenTable> written;
  int64_t wal_bytes = 0, wal_records = 0, wal_full_page_images = 0;  // of the whole; with WAL
  int64_t blocks = 0;  // logical reads of the execution; with BUFFERS
};

// From the text of EXPLAIN (FORMAT JSON). Throws std::runtime_error when it is none.
PlanTables plan_tables(std::string_view explain_json);

}  // namespace tare
