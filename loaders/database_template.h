// Fresh state for PostgreSQL: a loaded database is kept as a template, and each trial gets a copy
// of it.
// Level: loaders. Functions on a connection to another database of the same server (`maintenance`).
// Only databases that tare made, with names that begin with tare_, are ever dropped or altered;
// another name throws UsageError. Errors of the server as in PostgresControl.
#pragma once

#include <optional>
#include <string>

#include "bench/drivers/postgres_control.h"

namespace tare {

// An empty database, instead of one of the same name: without what template1 may hold, but with its
// encoding and locale.
void make_database(PostgresControl& maintenance, const std::string& name);

// Whether there is a database of this name that make_database or restore_from_template has not
// made.
bool made_by_other(PostgresControl& maintenance, const std::string& name);

// The role that has such a database, when ours may not do with it as that role may.
std::optional<std::string> owned_by_other(PostgresControl& maintenance, const std::string& name);

// Drops it if it is there, with its connections; also when it is a template.
void drop_database(PostgresControl& maintenance, const std::string& name);

// Closes a loaded database for good: from now on nobody can connect to it, so nothing changes it
// and copies never wait.
void make_template(PostgresControl& maintenance, const std::string& name);

// Makes `working` anew as a copy of the template, by copying its files where the server knows how
// (PostgreSQL 15 on), then checkpoints, where the user may, so that no write-back of the copy falls
// into a measurement.
void restore_from_template(PostgresControl& maintenance, const std::string& template_name,
                           const std::string& working);

// CHECKPOINT, unless the user is not allowed to.
void checkpoint_if_allowed(PostgresControl& postgres);

}  // namespace tare
