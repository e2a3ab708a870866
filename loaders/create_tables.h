// The tables of a data set, and the author's SQL in general: what PostgreSQL refuses becomes a
// problem of the scenario file, at its place in it.
// Level: loaders. One thread; borrows the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/problem.h"
#include "bench/model/scenario.h"

namespace tare {

// "/dataset/tables/NAME", escaped as a JSON pointer.
std::string table_pointer(const Table& table);

// Collects problems. A full disk or memory and the like are the server's: ServerError.
class AuthorSql {
 public:
  AuthorSql(std::string file, PostgresControl& database);

  // Runs a statement; gives `changed` the number of rows it changed.
  void run(const std::string& sql, const std::string& pointer,
           const std::function<void(int64_t)>& changed = {});
  void attempt(const std::string& pointer, const std::function<void()>& action);
  void add(const std::string& pointer, const std::string& message);

  void throw_if_any();  // FileProblems

 private:
  std::string file_;
  PostgresControl& database_;
  std::vector<Problem> problems_;
};

// Makes all tables, without rows and keys, and checks their queries. Throws FileProblems with every
// problem found.
void create_tables(const Scenario& scenario, PostgresControl& database);

std::string insert_statement(const Table& table, const PostgresControl& database);
std::string primary_key_statement(const Table& table, const PostgresControl& database);

}  // namespace tare
