// The "draw" of an operation: what each of its requests asks for.
#include <fmt/format.h>

#include <algorithm>

#include "bench/model/near_miss.h"
#include "bench/model/scenario_reader_parts.h"
#include "bench/model/sql_text.h"

namespace tare {
namespace {

const Table* find_table(const Dataset& dataset, std::string_view name) {
  const auto found = std::find_if(dataset.tables.begin(), dataset.tables.end(),
                                  [&](const Table& table) { return table.name == name; });
  return found == dataset.tables.end() ? nullptr : &*found;
}

const Column* find_column(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  return found == table.columns.end() ? nullptr : &*found;
}

Skew read_skew(const JsonValue& value) {
  const JsonValue& skew = object_in(value, "skew");
  if (skew.is(JsonKind::text) && skew.text == "frequency") return FrequencySkew{};
  if (skew.find("zipf")) return ZipfSkew{number_in(skew, "zipf", 0)};
  if (skew.find("latest")) return LatestSkew{number_in(skew, "latest", 0)};
  if (const JsonValue* hotspot = skew.find("hotspot")) {
    return HotspotSkew{number_in(*hotspot, "values", 1), number_in(*hotspot, "requests", 1)};
  }
  if (skew.find("weight")) return WeightSkew{text_in(skew, "weight")};
  return UniformSkew{};
}

bool columns_certain(const JsonValue& document, const std::string& table, ProblemList& problems) {
  const JsonValue& tables = object_in(object_in(document, "dataset"), "tables");
  return problems.certain(object_in(tables, table), "columns");
}

void check_weight(const JsonValue& weight, const Table& table, ProblemList& problems) {
  const Column* column = find_column(table, weight.text);
  if (!column) {
    problems.add(weight, fmt::format("table \"{}\" has no column \"{}\"{}", table.name, weight.text,
                                     suggestion(weight.text, names_of(table.columns))));
  } else if (is_column_type(column->type) && !is_numeric_type(column->type)) {
    problems.add(weight, fmt::format("column \"{}\" is {}; weights need a number", weight.text,
                                     column->type));
  }
}

ColumnDraw read_column_draw(const JsonValue& value, const JsonValue& document,
                            const Dataset& dataset, ProblemList& problems) {
  const std::string from = text_in(value, "from");
  const size_t dot = from.find('.');
  ColumnDraw draw{from.substr(0, dot), dot == std::string::npos ? "" : from.substr(dot + 1),
                  read_skew(value)};
  const JsonValue* source = value.find("from");
  const bool tables_certain = problems.certain(document, "dataset") &&
                              problems.certain(object_in(document, "dataset"), "tables");
  if (!source || !problems.sound(*source) || !tables_certain) return draw;
  const Table* table = find_table(dataset, draw.table);
  if (!table) {
    const auto known = names_of(dataset.tables);
    problems.add(*source, fmt::format("the data set has no table \"{}\"{}", draw.table,
                                      suggestion(draw.table, known)));
    return draw;
  }
  if (!columns_certain(document, table->name, problems)) return draw;
  if (!find_column(*table, draw.column)) {
    problems.add(*source,
                 fmt::format("table \"{}\" has no column \"{}\"{}", draw.table, draw.column,
                             suggestion(draw.column, names_of(table->columns))));
  }
  const JsonValue* weight = object_in(value, "skew").find("weight");
  if (weight && problems.sound(*weight)) check_weight(*weight, *table, problems);
  return draw;
}

IntegerDraw read_integer_draw(const JsonValue& value, ProblemList& problems) {
  const JsonValue& range = object_in(value, "integer");
  IntegerDraw draw{integer_in(range, "min", 0), integer_in(range, "max", 0), read_skew(value)};
  if (problems.sound(range) && draw.minimum > draw.maximum) {
    problems.add(range,
                 fmt::format("min {} is above max {}; swap them", draw.minimum, draw.maximum));
  }
  return draw;
}

}  // namespace

std::vector<Draw> read_draws(const JsonValue& operation, const JsonValue& document,
                             const Dataset& dataset, ProblemList& problems) {
  std::vector<Draw> draws;
  const JsonValue& values = object_in(operation, "draw");
  for (size_t i = 0; i < values.names.size(); ++i) {
    const JsonValue& value = values.items[i];
    Draw draw;
    draw.name = values.names[i];
    if (value.find("share")) {
      draw.source = ShareDraw{number_in(value, "share", 0)};
    } else if (value.find("job")) {
      const bool batch = text_in(value, "job") == "batch";
      draw.source = JobDraw{batch ? JobDraw::Count::batch : JobDraw::Count::run};
    } else if (value.find("integer")) {
      draw.source = read_integer_draw(value, problems);
    } else {
      draw.source = read_column_draw(value, document, dataset, problems);
    }
    draws.push_back(std::move(draw));
  }
  return draws;
}

}  // namespace tare
