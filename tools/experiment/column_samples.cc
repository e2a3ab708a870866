#include "tools/experiment/column_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tools/plans/plan_tree.h"

namespace tare {
namespace {

constexpr size_t kHead = 10;  // of the most common values

std::string quoted_table(PostgresControl& postgres, const ColumnStatistics& statistics) {
  return postgres.quote_name(statistics.schema) + "." + postgres.quote_name(statistics.table);
}

// A partition's plan speaks of the partition, the statement of its root.
void find_root(PostgresControl& postgres, ColumnStatistics& statistics) {
  const SqlRows rows = postgres.query(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.oid = pg_partition_root(to_regclass($1))",
      {quoted_table(postgres, statistics)});
  if (rows.empty()) return;
  statistics.schema = *rows[0][0];
  statistics.table = *rows[0][1];
}

// One expression of the column's type, computed by PostgreSQL.
std::optional<std::string> computed(PostgresControl& postgres, const std::string& expression) {
  try {
    const SqlRows rows = postgres.query("SELECT (" + expression + ")::text");
    return rows.empty() ? std::nullopt : rows[0][0];
  } catch (const SqlError&) {
    return std::nullopt;  // out of the type's range
  }
}

std::string literal(PostgresControl& postgres, const ColumnStatistics& statistics,
                    const std::string& value) {
  return fmt::format("{}::{}", postgres.quote_text(value), statistics.type);
}

double planned_rows(PostgresControl& postgres, const std::string& sql) {
  const PlanTree tree = read_plan_tree(postgres.value("EXPLAIN (FORMAT JSON) " + sql));
  return tree.nodes.front().plan_rows.value_or(0);
}

}  // namespace

ColumnStatistics read_statistics(PostgresControl& postgres, const ParameterColumn& column) {
  ColumnStatistics statistics;
  statistics.schema = column.schema;
  statistics.table = column.table;
  statistics.column = column.column;
  find_root(postgres, statistics);
  const SqlRows types = postgres.query(
      "SELECT format_type(a.atttypid, a.atttypmod), t.typcategory FROM pg_attribute a "
      "JOIN pg_type t ON t.oid = a.atttypid "
      "WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND NOT a.attisdropped",
      {quoted_table(postgres, statistics), statistics.column});
  if (types.empty()) {
    throw SqlError(fmt::format("there is no column {} in {}", column.column, column.table), "42703",
                   "");
  }
  statistics.type = *types[0][0];
  statistics.can_be_interpolated = *types[0][1] == "N" || *types[0][1] == "D";
  const std::vector<std::string> which = {statistics.schema, statistics.table, statistics.column};
  const std::string from =
      "FROM (SELECT * FROM pg_stats WHERE schemaname = $1 AND tablename = $2 AND attname = $3 "
      "ORDER BY inherited DESC LIMIT 1) AS s";
  const SqlRows facts = postgres.query("SELECT null_frac " + from, which);
  if (facts.empty()) return statistics;
  statistics.known = true;
  statistics.null_share = std::strtod(facts[0][0].value_or("0").c_str(), nullptr);
  for (const SqlRow& row :
       postgres.query("SELECT v, f " + from +
                          ", unnest(most_common_vals::text::text[], most_common_freqs) AS u(v, f)",
                      which)) {
    if (row[0]) {
      statistics.common.push_back({*row[0], std::strtod(row[1].value_or("0").c_str(), nullptr)});
    }
  }
  for (const SqlRow& row : postgres.query(
           "SELECT v " + from + ", unnest(histogram_bounds::text::text[]) AS u(v)", which)) {
    if (row[0]) statistics.histogram.push_back(*row[0]);
  }
  return statistics;
}

std::optional<std::string> value_between(PostgresControl& postgres,
                                         const ColumnStatistics& statistics, const std::string& low,
                                         const std::string& high) {
  if (!statistics.can_be_interpolated) return std::nullopt;
  const std::string from = literal(postgres, statistics, low),
                    to = literal(postgres, statistics, high);
  auto middle =
      computed(postgres, fmt::format("({0} + ({1} - {0}) / 2)::{2}", from, to, statistics.type));
  if (!middle || *middle == low || *middle == high) return std::nullopt;
  return middle;
}

std::optional<std::string> value_at(PostgresControl& postgres, const ColumnStatistics& statistics,
                                    double at) {
  const auto& bounds = statistics.histogram;
  if (bounds.empty()) return std::nullopt;
  const double place = std::clamp(at, 0.0, 1.0) * double(bounds.size() - 1);
  const auto below = size_t(place);
  const double rest = place - double(below);
  if (rest < 1e-9 || below + 1 >= bounds.size()) return bounds[below];
  if (!statistics.can_be_interpolated) return bounds[rest < 0.5 ? below : below + 1];
  const std::string from = literal(postgres, statistics, bounds[below]),
                    to = literal(postgres, statistics, bounds[below + 1]);
  const char* form = statistics.type == "date" ? "({0} + (({1} - {0}) * {2:.6f}::float8)::int)::{3}"
                                               : "({0} + ({1} - {0}) * {2:.6f}::float8)::{3}";
  const auto value =
      computed(postgres, fmt::format(fmt::runtime(form), from, to, rest, statistics.type));
  return value ? value : bounds[below];
}

std::vector<SampledRange> sample_ranges(PostgresControl& postgres,
                                        const ColumnStatistics& statistics) {
  std::vector<SampledRange> ranges;
  for (const double width : {0.0, 0.001, 0.01, 0.1, 0.5, 1.0}) {
    const auto start = value_at(postgres, statistics, 0.5 - width / 2);
    const auto end = value_at(postgres, statistics, 0.5 + width / 2);
    if (start && end) ranges.push_back({*start, *end, width});
  }
  return ranges;
}

std::optional<double> estimated_share(PostgresControl& postgres, const ColumnStatistics& statistics,
                                      const std::string& comparison,
                                      const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  try {
    const std::string all = "SELECT FROM " + quoted_table(postgres, statistics);
    const double rows = planned_rows(postgres, all);
    if (rows <= 0) return std::nullopt;
    const std::string form = comparison == kAnyOf ? "{} WHERE {} {} ({}[])" : "{} WHERE {} {} {}";
    const double part = planned_rows(
        postgres, fmt::format(fmt::runtime(form), all, postgres.quote_name(statistics.column),
                              comparison, literal(postgres, statistics, *value)));
    return std::min(1.0, part / rows);
  } catch (const std::runtime_error&) {
    return std::nullopt;  // no such value of the type, or no right to the table
  }
}

namespace {

class Samples {
 public:
  void add(const std::optional<std::string>& value, const std::string& origin) {
    if (value && !seen_.insert(*value).second) return;
    values_.push_back({value, origin});
  }
  std::vector<SampledValue> take() { return std::move(values_); }

 private:
  std::set<std::string> seen_;
  std::vector<SampledValue> values_;
};

void add_common(const ColumnStatistics& statistics, Samples& samples) {
  const auto& common = statistics.common;
  if (common.empty()) return;
  samples.add(common.front().value, "most common value");
  samples.add(common[std::min(kHead, common.size()) / 2].value, "middle of the most common values");
  samples.add(common.back().value, "least of the most common values");
}

void add_histogram(PostgresControl& postgres, const ColumnStatistics& statistics,
                   const std::vector<double>& places, Samples& samples) {
  for (double at : places) {
    if (const auto value = value_at(postgres, statistics, at)) {
      samples.add(value, fmt::format("histogram {:g} %", at * 100));
    }
  }
}

// Larger than all that were seen: what was written since the statistics were made.
void add_beyond(PostgresControl& postgres, const ColumnStatistics& statistics, Samples& samples) {
  std::vector<std::string> values = statistics.histogram;
  for (const CommonValue& each : statistics.common) values.push_back(each.value);
  if (values.empty()) return;
  std::string greatest = "greatest(", least = "least(";
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string next = (i == 0 ? "" : ", ") + literal(postgres, statistics, values[i]);
    greatest += next;
    least += next;
  }
  greatest += ")";
  least += ")";
  if (statistics.can_be_interpolated) {
    samples.add(computed(postgres, fmt::format("({0} + ({0} - {1}) + ({0} - {1}) / 10)::{2}",
                                               greatest, least, statistics.type)),
                "beyond the maximum");
  } else if (statistics.type == "text" || statistics.type.starts_with("character varying")) {
    if (const auto value = computed(postgres, greatest)) {
      samples.add(*value + "~", "beyond the maximum");
    }
  }
}

// "{a,\"b c\"}", as PostgreSQL writes it; nullopt: no array of the type.
std::optional<std::string> array_of(PostgresControl& postgres, const ColumnStatistics& statistics,
                                    const std::vector<std::string>& values) {
  std::string elements;
  for (const std::string& each : values) {
    elements += (elements.empty() ? "" : ", ") + literal(postgres, statistics, each);
  }
  return values.empty() ? std::nullopt : computed(postgres, "ARRAY[" + elements + "]");
}

size_t elements_in(PostgresControl& postgres, const std::optional<std::string>& array) {
  constexpr size_t kMost = 1000;
  if (!array) return 0;
  const auto count =
      computed(postgres, fmt::format("cardinality({}::text[])", postgres.quote_text(*array)));
  return count ? std::min(size_t(std::strtoul(count->c_str(), nullptr, 10)), kMost) : 0;
}

std::vector<SampledValue> sample_arrays(PostgresControl& postgres,
                                        const ColumnStatistics& statistics,
                                        const std::optional<std::string>& drawn) {
  std::vector<SampledValue> samples;
  for (const SampledValue& each : sample_column(postgres, statistics, "=")) {
    if (!each.value) continue;
    samples.push_back({array_of(postgres, statistics, {*each.value}), each.origin + ", alone"});
  }
  const size_t length = elements_in(postgres, drawn);
  std::vector<std::string> common, spread;
  for (size_t i = 0; i < std::min(length, statistics.common.size()); ++i) {
    common.push_back(statistics.common[i].value);
  }
  const auto& bounds = statistics.histogram;
  for (size_t i = 0; i < std::min(length, bounds.size()); ++i) {
    spread.push_back(bounds[i * bounds.size() / std::min(length, bounds.size())]);
  }
  samples.push_back({array_of(postgres, statistics, common),
                     fmt::format("the {} most common values", common.size())});
  samples.push_back({array_of(postgres, statistics, spread),
                     fmt::format("{} bounds of the histogram", spread.size())});
  std::erase_if(samples, [](const SampledValue& sample) { return !sample.value; });
  return samples;
}

}  // namespace

std::vector<SampledValue> sample_column(PostgresControl& postgres,
                                        const ColumnStatistics& statistics,
                                        const std::string& comparison,
                                        const std::optional<std::string>& drawn) {
  if (comparison == kAnyOf) return sample_arrays(postgres, statistics, drawn);
  Samples samples;
  if (comparison == "=") {
    add_common(statistics, samples);
    add_histogram(postgres, statistics, {0.01, 0.5, 0.99}, samples);
  } else {
    if (statistics.histogram.empty()) add_common(statistics, samples);
    add_histogram(postgres, statistics, {0, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1}, samples);
  }
  if (statistics.null_share > 0) samples.add(std::nullopt, "NULL");
  add_beyond(postgres, statistics, samples);
  std::vector<SampledValue> taken = samples.take();
  std::erase_if(
      taken, [](const SampledValue& sample) { return !sample.value && sample.origin != "NULL"; });
  return taken;
}

}  // namespace tare
