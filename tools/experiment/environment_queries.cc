#include "tools/experiment/environment_queries.h"

#include <exception>

namespace tare {
namespace {

constexpr const char* kLimit = "SET statement_timeout = '3s'";

}  // namespace

EnvironmentQueries::EnvironmentQueries(PostgresControl& postgres) : postgres_(postgres) {
  postgres_.execute(kLimit);
}

EnvironmentQueries::~EnvironmentQueries() {
  try {
    postgres_.execute("RESET statement_timeout");
  } catch (const std::exception&) {
    // The connection is lost, and the limit with it.
  }
}

SqlRows EnvironmentQueries::rows(const std::string& sql, std::string& not_read,
                                 const std::vector<std::string>& parameters) {
  try {
    return postgres_.query(sql, parameters);
  } catch (const SqlError& error) {
    if (not_read.empty()) not_read = error.message();
    return {};
  }
}

}  // namespace tare
