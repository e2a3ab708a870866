// Questions to PostgreSQL that may be refused or take too long: then it is noted, and the rest goes
// on. Level: experiment. One thread; borrows the connection, whose statement_timeout is set while
// the object lives.
#pragma once

#include <string>

#include "bench/drivers/postgres_control.h"

namespace tare {

class EnvironmentQueries {
 public:
  explicit EnvironmentQueries(PostgresControl& postgres);
  ~EnvironmentQueries();
  EnvironmentQueries(const EnvironmentQueries&) = delete;
  EnvironmentQueries& operator=(const EnvironmentQueries&) = delete;

  // None when the server refuses or is not done in 3 s, with the reason in `not_read`. Throws
  // ServerError and Interrupted.
  SqlRows rows(const std::string& sql, std::string& not_read,
               const std::vector<std::string>& parameters = {});

  int version() const { return postgres_.version(); }

 private:
  PostgresControl& postgres_;
};

// Schemas of users, of the catalog's alias `n`: not the server's and not tare's.
inline constexpr const char* kUserSchema =
    "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'tare_stamp')";

}  // namespace tare
