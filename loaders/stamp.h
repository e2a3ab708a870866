// What marks a database as tare's own: the schema `tare_stamp`, and in it a stamp that says which
// data set is loaded. Without it tare writes only into an empty database.
// Level: loaders. Functions on a connection; errors of the server as in PostgresControl.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/scenario.h"

namespace tare {

inline constexpr int kDatasetFormat = 1;  // counts up when the same scenario loads other rows

struct Stamp {
  int format = kDatasetFormat;
  std::string scenario = {};  // its name, for people
  std::string digest = {};    // of the data set; 16 hex digits

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

bool uses_apt_index(const Dataset& dataset);

// Of everything that decides what is loaded: tables, columns, sources, statements, and the digest
// of the apt index (0 when the data set does not use it).
std::string dataset_digest(const Dataset& dataset, uint64_t apt_index_digest);

// The stamp of a data set that was loaded to its end; nullopt: none was.
std::optional<Stamp> read_stamp(PostgresControl& database);

// Throws UsageError naming what was found when the database holds tables or views and tare has
// not claimed it.
void require_ours_or_empty(PostgresControl& database);

// Makes the mark that require_ours_or_empty looks for, whatever else the database holds: for a
// person who has named it.
void mark_as_claimed(PostgresControl& database);

// A change that is being tried in place, noted before it is applied and taken away when it has been
// rolled back: what a killed tare leaves is told by it.
struct UnderWay {
  std::string change;
  std::string undo;  // statements, a line each
};
void note_under_way(PostgresControl& database, const UnderWay& under_way);
void clear_under_way(PostgresControl& database);
std::optional<UnderWay> read_under_way(PostgresControl& database);

// Claims an empty database before anything is made in it, so that a load which was stopped halfway
// can be run again. Takes an older stamp away. Drops what tare made there earlier and what is still
// that: not a table that has come to have its name. Throws UsageError, with nothing dropped, when
// something else depends on it.
void claim_database(PostgresControl& database);

// Notes that tare has made this table, in the schema where tables are made, so that it may drop it.
// After making it, never before: a table of that name may be somebody else's.
void note_table(PostgresControl& database, const std::string& table);

// The tables, views and sequences of tare's role, and a note that tare has made those that are new
// since: by statements that say themselves what they make.
std::set<std::string> relations_of(PostgresControl& database);
void note_new(PostgresControl& database, const std::set<std::string>& before);

// Throws UsageError when the name of one of the tables leads, by the search_path, to a table that
// tare has not made: the traffic would go there.
void require_made(PostgresControl& database, const Dataset& dataset);

// The last step of a load.
void write_stamp(PostgresControl& database, const Stamp& stamp);

}  // namespace tare
