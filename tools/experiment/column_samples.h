// Values of a column that are worth asking the planner about, from PostgreSQL's own statistics.
// Level: experiment. Blocks; no state. Reads statistics, not the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/model/plan_map.h"

namespace tare {

inline constexpr const char* kAnyOf = "= ANY";  // ParameterColumn::comparison

struct CommonValue {
  std::string value;
  double share = 0;  // of the table's rows
};

struct ColumnStatistics {
  std::string schema, table, column;  // of a partition: those of its root
  std::string type;                   // as in a cast: "timestamp without time zone"
  bool can_be_interpolated = false;   // numbers and times
  double null_share = 0;
  std::vector<CommonValue> common;     // the most common first
  std::vector<std::string> histogram;  // bounds of equally many rows, ascending; often 101
  bool known = false;                  // there are statistics of it
};

// Throws SqlError when the column is not there. Statistics that may not be read are like none.
ColumnStatistics read_statistics(PostgresControl& postgres, const ParameterColumn& column);

// The value at `at` (0 to 1) of the histogram, between two of its bounds where the type allows it;
// nullopt without a histogram.
std::optional<std::string> value_at(PostgresControl& postgres, const ColumnStatistics& statistics,
                                    double at);

// Halfway between two values of the column's type; nullopt where there is none or the type has no
// halves.
std::optional<std::string> value_between(PostgresControl& postgres,
                                         const ColumnStatistics& statistics, const std::string& low,
                                         const std::string& high);

struct SampledValue {
  std::optional<std::string> value;  // nullopt: NULL
  std::string origin;                // "most common value", "histogram 50 %" ...
};

// Each value once: head, middle and tail of the most common ones, one that is not among them,
// 1, 50 and 99 % of the histogram, NULL where there are any, and one beyond the largest. For
// anything but "=" the histogram at 0.1, 1, 10, 50, 90 and 99 % takes the place of the most common.
// For "= ANY" arrays: of each of these values alone, and of as many of the most common ones, and of
// the histogram, as `drawn` has elements.
std::vector<SampledValue> sample_column(PostgresControl& postgres,
                                        const ColumnStatistics& statistics,
                                        const std::string& comparison,
                                        const std::optional<std::string>& drawn = {});

struct SampledRange {
  std::string start, end;
  double width = 0;  // share of the histogram between them
};

// Ranges of growing width around the middle of the histogram; none without one.
std::vector<SampledRange> sample_ranges(PostgresControl& postgres,
                                        const ColumnStatistics& statistics);

// The share of the table's rows that PostgreSQL thinks `column comparison value` holds for; nullopt
// for NULL or where it cannot be asked.
std::optional<double> estimated_share(PostgresControl& postgres, const ColumnStatistics& statistics,
                                      const std::string& comparison,
                                      const std::optional<std::string>& value);

}  // namespace tare
