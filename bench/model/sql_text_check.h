// Holds an SQL field of a file against what its place allows.
// Level: model.
#pragma once

#include <string>

#include "bench/model/json_value.h"
#include "bench/model/problem_list.h"
#include "bench/model/sql_text.h"

namespace tare {

enum class SqlPlace {
  step,        // of an operation: on a pooled connection, with parameters
  cache_fill,  // on_miss: a step that only reads
  rows_query,  // a table's rows: a SELECT without parameters
  action,      // after_load: any single statement without parameters
  change       // apply, rollback: the same, and the traffic must see what it does
};

// Why the statement must not run on a server that others use; empty: it stays in tare's database.
// Beside what check_sql refuses everywhere.
std::string sql_refused_on_target(const std::string& sql);

// Adds at most one problem for the text `at`. A statement the parser of PostgreSQL 15 refuses is a
// problem, unless it holds words of a newer grammar: then the server is asked first, and until then
// the statement counts as writing.
SqlFacts check_sql(const JsonValue& at, SqlPlace place, ProblemList& problems);

}  // namespace tare
