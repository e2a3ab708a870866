// Which columns of which tables a statement assigns to existing rows, by PostgreSQL's own parser.
// Level: model. A pure function; the parser's state is per thread.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace tare {

struct AssignedColumns {
  std::string schema;  // empty: as the search path says
  std::string table;
  std::set<std::string> columns;

  friend bool operator==(const AssignedColumns&, const AssignedColumns&) = default;
};

// Of UPDATE, INSERT ... ON CONFLICT DO UPDATE and MERGE ... UPDATE, wherever they stand in the
// statement. Empty when there is none or the text cannot be parsed.
std::vector<AssignedColumns> assigned_columns(const std::string& sql);

}  // namespace tare
