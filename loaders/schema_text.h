// Everything a change may alter in a database's schemas, as text: equal schema, equal text.
// Level: loaders. Functions on a connection; errors as in PostgresControl.
#pragma once

#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"

namespace tare {

// One line per object, sorted by bytes: schemas, relations with their options and columns,
// constraints, indexes, statistics objects, views, rules, triggers, functions, sequences, types,
// policies, extensions, publications, event triggers, privileges, and the settings kept by ALTER
// DATABASE and ALTER ROLE. Not in it: rows, comments, statistics, the present value of sequences,
// what belongs to an extension, and tare's own schema.
std::string schema_fingerprint(PostgresControl& database);

// The lines that only one of two fingerprints has, as "- line" and "+ line" in order of the texts.
// Empty: the schemas are equal.
std::vector<std::string> schema_difference(const std::string& before, const std::string& after);

}  // namespace tare
