#include "loaders/value_sets.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <variant>

#include "bench/model/errors.h"

namespace tare {

namespace {

constexpr int64_t kMaxValues = 20'000'000;

// The column's collation matters: its object identifier is 0 where the type has none.
bool has_collation(PostgresControl& database, const std::string& table, const std::string& column) {
  const std::string quoted = database.quote_name(table);
  if (database.query("SELECT to_regclass($1)", {quoted})[0][0] == std::nullopt) {
    throw UsageError(fmt::format("there is no table \"{}\" in the database", table));
  }
  const SqlRows rows = database.query(
      "SELECT attcollation <> 0 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = "
      "$2 "
      "AND attnum > 0 AND NOT attisdropped",
      {quoted, column});
  if (rows.empty()) {
    throw UsageError(fmt::format("the table \"{}\" has no column \"{}\"", table, column));
  }
  return rows[0][0] == "t";
}

std::string weight_expression(PostgresControl& database, const ColumnDraw& draw) {
  if (std::holds_alternative<FrequencySkew>(draw.skew)) return ", count(*)";
  if (const auto* weight = std::get_if<WeightSkew>(&draw.skew)) {
    has_collation(database, draw.table, weight->column);  // throws when it is missing
    return fmt::format(", greatest(coalesce(sum(source.{}), 0), 0)::float8",
                       database.quote_name(weight->column));
  }
  return "";
}

}  // namespace

ValueSet read_values(PostgresControl& database, const ColumnDraw& draw) {
  // Qualified, because a bare name in ORDER BY would mean the text of the same name.
  const std::string column = "source." + database.quote_name(draw.column);
  // Text before it is collated: a cast of char(8) below COLLATE is no longer what is grouped by.
  const std::string key = has_collation(database, draw.table, draw.column)
                              ? fmt::format("({}::text COLLATE \"C\")", column)
                              : column;
  const std::string weight = weight_expression(database, draw);
  const std::string sql = fmt::format(
      "SELECT ({0})::text{1} FROM {2} source WHERE {3} IS NOT NULL GROUP BY {0} ORDER BY {0} "
      "LIMIT {4}",
      key, weight, database.quote_name(draw.table), column, kMaxValues + 1);
  ValueSet set;
  double total = 0;
  try {
    database.for_each_row(sql, [&](const SqlRow& row) {
      set.values.push_back(*row[0]);
      if (weight.empty()) return;
      set.weights.push_back(std::stod(*row[1]));
      total += set.weights.back();
    });
  } catch (const SqlError& error) {
    throw UsageError(fmt::format("cannot read the values of \"{}\".\"{}\": {}", draw.table,
                                 draw.column, to_text(error)));
  }
  const std::string name = fmt::format("\"{}\".\"{}\"", draw.table, draw.column);
  if (set.values.empty()) throw UsageError(name + " holds no value to draw");
  if (int64_t(set.values.size()) > kMaxValues) {
    throw UsageError(fmt::format("{} holds more than {} distinct values", name, kMaxValues));
  }
  if (!weight.empty() && !(total > 0 && std::isfinite(total))) {
    throw UsageError(fmt::format("the weights of {} add up to {}, no number above 0", name, total));
  }
  return set;
}

}  // namespace tare
