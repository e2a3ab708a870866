// What PostgreSQL's own parser (libpg_query, the grammar of PostgreSQL 15) says about a statement.
// Level: model. Pure functions; the parser's state is per thread.
#pragma once

#include <set>
#include <string>

namespace tare {

struct SqlFacts {
  int statements = 0;
  std::string kind;          // of the first: "SelectStmt", "IndexStmt" ...; empty when not parsed
  std::string error;         // of the parser, with the position; empty: parsed
  bool newer_words = false;  // not parsed, and holds words that only a grammar after 15 knows
  bool writes = true;        // changes rows, locks them or changes the schema; true when not parsed
  std::set<int> parameters;  // the n of each $n
  bool of_server = false;    // alters a database, tablespace or role, or a catalogue of all of them
  bool of_catalogue = false;    // writes to PostgreSQL's own tables, or rebuilds them
  bool of_session = false;      // makes what only its own connection sees: temporary, set_config
  std::string server_function;  // that it calls, and that is for the server's operator; empty: none
};

// A call of a function that changes something is seen for PostgreSQL's own (nextval, pg_notify
// ...), not for functions that people wrote.
SqlFacts inspect_sql(const std::string& sql);

// Of one or more statements without their literals, parameters and the lengths of lists: 16 hex
// digits; empty when the parser of PostgreSQL 15 refuses them.
std::string sql_fingerprint(const std::string& sql);

// Whether `type` reads as a column's type in CREATE TABLE ("integer", "numeric(10,2)", "text NOT
// NULL").
bool is_column_type(const std::string& type);

// Whether it says REFERENCES, which a table that is being filled cannot bear.
bool has_foreign_key(const std::string& type);

// Kinds of values that a draw or a weight cares about, by the first word of the type.
bool is_integer_type(const std::string& type);
bool is_numeric_type(const std::string& type);

}  // namespace tare
