#include "loaders/create_tables.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "loaders/stamp.h"

namespace tare {

namespace {

std::string escaped_for_pointer(const std::string& name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string name_list(const std::vector<std::string>& names, const PostgresControl& database) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + database.quote_name(name);
  }
  return list;
}

std::string definition(const Column& column, const PostgresControl& database) {
  return database.quote_name(column.name) + " " + column.type;
}

// Insufficient resources, operator intervention, system error: not the author's fault.
bool is_the_servers(const std::string& state) {
  return state.starts_with("53") || state.starts_with("57") || state.starts_with("58");
}

// Finds the columns whose type alone is refused; when there is none, it is the table.
void explain_refusal(const Table& table, const std::string& message, AuthorSql& author,
                     PostgresControl& database) {
  const std::string probe = database.quote_name("tare_probe");
  bool found = false;
  for (const Column& column : table.columns) {
    try {
      database.execute(
          fmt::format("CREATE TEMPORARY TABLE {} ({})", probe, definition(column, database)));
      database.execute("DROP TABLE pg_temp." + probe);
    } catch (const SqlError& error) {
      author.add(
          fmt::format("{}/columns/{}/type", table_pointer(table), escaped_for_pointer(column.name)),
          fmt::format("PostgreSQL refuses \"{}\": {}", column.type, to_text(error)));
      found = true;
    }
  }
  if (!found) author.add(table_pointer(table), message);
}

}  // namespace

std::string table_pointer(const Table& table) {
  return "/dataset/tables/" + escaped_for_pointer(table.name);
}

AuthorSql::AuthorSql(std::string file, PostgresControl& database)
    : file_(std::move(file)), database_(database) {}

void AuthorSql::run(const std::string& sql, const std::string& pointer,
                    const std::function<void(int64_t)>& changed) {
  attempt(pointer, [&] {
    const int64_t rows = database_.execute(sql);
    if (changed) changed(rows);
  });
}

void AuthorSql::attempt(const std::string& pointer, const std::function<void()>& action) {
  try {
    action();
  } catch (const SqlError& error) {
    if (is_the_servers(error.state())) {
      throw ServerError(
          fmt::format("PostgreSQL could not load the data ({}): {}", pointer, to_text(error)));
    }
    add(pointer, "PostgreSQL refuses it: " + to_text(error));
  }
}

void AuthorSql::add(const std::string& pointer, const std::string& message) {
  problems_.push_back({.file = file_, .pointer = pointer, .message = message});
}

void AuthorSql::throw_if_any() {
  if (!problems_.empty()) throw FileProblems(std::exchange(problems_, {}));
}

void create_tables(const Scenario& scenario, PostgresControl& database) {
  AuthorSql author(scenario.file.string(), database);
  for (const Table& table : scenario.dataset.tables) {
    std::string columns;
    for (const Column& column : table.columns) {
      columns += (columns.empty() ? "" : ", ") + definition(column, database);
    }
    try {
      database.execute(
          fmt::format("CREATE TABLE {} ({})", database.quote_name(table.name), columns));
      note_table(database, table.name);
    } catch (const SqlError& error) {
      explain_refusal(table, "PostgreSQL refuses the table: " + to_text(error), author, database);
    }
  }
  author.throw_if_any();  // the queries may read from the tables
  for (const Table& table : scenario.dataset.tables) {
    if (!std::holds_alternative<QueryRows>(table.rows_from)) continue;
    if (const auto problem = database.prepare_check(insert_statement(table, database), 0)) {
      author.add(table_pointer(table) + "/rows_from/query", *problem);
    }
  }
  author.throw_if_any();
}

std::string insert_statement(const Table& table, const PostgresControl& database) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return fmt::format("INSERT INTO {} ({}) {}", database.quote_name(table.name),
                     name_list(names, database), std::get<QueryRows>(table.rows_from).sql);
}

std::string primary_key_statement(const Table& table, const PostgresControl& database) {
  return fmt::format("ALTER TABLE {} ADD PRIMARY KEY ({})", database.quote_name(table.name),
                     name_list(table.primary_key, database));
}

}  // namespace tare
