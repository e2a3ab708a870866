// Settings of PostgreSQL as a change names them: by ALTER SYSTEM in the sandbox, by ALTER DATABASE
// on a target.
// Level: experiment. Free functions on a connection; errors of the server as in PostgresControl.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"

namespace tare {

// "work_mem = '9MB'", to follow SET: the value means what it means in postgresql.conf. A list of
// names (search_path, the preloaded libraries) becomes its names, each quoted for itself; as one
// text PostgreSQL would take it for one name.
std::string setting_assignment(const PostgresControl& postgres, const std::string& name,
                               const std::string& value);

// Settings of a connection's database for every role, and the way back to what they were there.
class DatabaseSettings {
 public:
  // Looks at what is set now; alters nothing.
  DatabaseSettings(PostgresControl& postgres, const std::map<std::string, std::string>& wanted);

  const std::vector<std::string>& statements() const { return statements_; }  // ALTER DATABASE ...
  const std::vector<std::string>& undo() const { return undo_; }              // without semicolons

 private:
  std::vector<std::string> statements_, undo_;
};

}  // namespace tare
