// The "dataset" of a scenario: tables, their columns and what is run after loading.
#include <fmt/format.h>

#include <algorithm>

#include "bench/model/apt_index_fields.h"
#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/sql_text_check.h"

namespace tare {
namespace {

void check_field(const JsonValue& column, const std::string& field, const Table& table,
                 ProblemList& problems) {
  const auto* apt = std::get_if<AptIndexRows>(&table.rows_from);
  if (!apt) {
    if (!field.empty()) {
      problems.add(*column.find("field"),
                   "only apt_index tables have fields; a query's columns "
                   "fill the table's in their order: remove it");
    }
    return;
  }
  const std::vector<std::string> fields = apt_index_fields(apt->table);
  if (fields.empty()) return;
  if (!column.find("field")) {
    if (!problems.sound_at(column)) return;
    problems.add(column, fmt::format("required field \"field\" is missing: which field of \"{}\" "
                                     "fills this column?",
                                     apt->table));
  } else if (std::find(fields.begin(), fields.end(), field) == fields.end() &&
             problems.sound(*column.find("field"))) {
    problems.add(*column.find("field"), fmt::format("apt_index \"{}\" has no field \"{}\"{}",
                                                    apt->table, field, suggestion(field, fields)));
  }
}

std::vector<Column> read_columns(const JsonValue& value, const Table& table, bool source_is_sound,
                                 ProblemList& problems) {
  std::vector<Column> columns;
  const JsonValue& members = object_in(value, "columns");
  for (size_t i = 0; i < members.names.size(); ++i) {
    const JsonValue& member = members.items[i];
    Column column{members.names[i], text_in(member, "type"), text_in(member, "field")};
    const JsonValue* type = member.find("type");
    if (type && problems.sound(*type) && !is_column_type(column.type)) {
      problems.add(*type, fmt::format("\"{}\" does not read as a column type; write it as in "
                                      "CREATE TABLE (integer, text, numeric(10,2) ...)",
                                      column.type));
    }
    if (type && has_foreign_key(column.type)) {
      problems.add(*type,
                   fmt::format("foreign keys belong into \"after_load\", when every table has "
                               "its rows: ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES ...",
                               table.name, column.name));
    }
    if (source_is_sound) check_field(member, column.field, table, problems);
    columns.push_back(std::move(column));
  }
  return columns;
}

void check_primary_key(const JsonValue& value, const Table& table, ProblemList& problems) {
  if (!problems.certain(value, "columns")) return;
  const std::vector<std::string> names = names_of(table.columns);
  for (const JsonValue& item : object_in(value, "primary_key").items) {
    if (item.is(JsonKind::text) &&
        std::find(names.begin(), names.end(), item.text) == names.end()) {
      problems.add(item, fmt::format("table \"{}\" has no column \"{}\"{}", table.name, item.text,
                                     suggestion(item.text, names)));
    }
  }
}

Table read_table(const std::string& name, const JsonValue& value, ProblemList& problems) {
  Table table;
  table.name = name;
  const JsonValue& source = object_in(value, "rows_from");
  if (const JsonValue* query = source.find("query")) {
    table.rows_from = QueryRows{text_in(source, "query")};
    if (problems.sound(*query)) check_sql(*query, SqlPlace::rows_query, problems);
  } else {
    table.rows_from = AptIndexRows{text_in(source, "apt_index")};
  }
  if (const JsonValue* rows = value.find("rows"); rows && rows->is(JsonKind::integer)) {
    table.rows = rows->integer;
  }
  table.columns =
      read_columns(value, table, value.find("rows_from") && problems.sound(source), problems);
  table.primary_key = texts_in(value, "primary_key");
  check_primary_key(value, table, problems);
  return table;
}

}  // namespace

Dataset read_dataset(const JsonValue& document, ProblemList& problems) {
  Dataset dataset;
  const JsonValue& value = object_in(document, "dataset");
  const JsonValue& tables = object_in(value, "tables");
  for (size_t i = 0; i < tables.names.size(); ++i) {
    dataset.tables.push_back(read_table(tables.names[i], tables.items[i], problems));
  }
  for (const JsonValue& statement : object_in(value, "after_load").items) {
    if (!statement.is(JsonKind::text)) continue;
    if (problems.sound(statement)) check_sql(statement, SqlPlace::action, problems);
    dataset.after_load.push_back(statement.text);
  }
  return dataset;
}

}  // namespace tare
