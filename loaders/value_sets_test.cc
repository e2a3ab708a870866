#include "loaders/value_sets.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

using Texts = std::vector<std::string>;
using Weights = std::vector<double>;

class ValueSetTest : public testing::Test {
 protected:
  ValueSetTest() {
    database_.execute(
        "CREATE TABLE \"the table\" (\"odd \"\"name\" text, n int, weight int, j json, day date)");
    database_.execute(
        "INSERT INTO \"the table\" VALUES ('b', 10, 5, '{}', '2024-01-02'), "
        "('B', 9, -7, '{}', '2024-01-02'), ('b', 9, 3, '{}', '2023-12-31'), "
        "(NULL, NULL, 100, '{}', NULL), ('\xc3\xa4', 100, NULL, '{}', NULL)");
  }

  ValueSet read(const std::string& column, const Skew& skew) {
    return read_values(database_, {.table = "the table", .column = column, .skew = skew});
  }

  std::string problem_of(const std::string& table, const std::string& column, const Skew& skew) {
    try {
      read_values(database_, {.table = table, .column = column, .skew = skew});
      return "";
    } catch (const UsageError& error) {
      return error.what();
    }
  }

  TestPostgres server_;
  PostgresControl database_{server_.endpoint(), {}};
};

TEST_F(ValueSetTest, DistinctValuesInOrderWithTheirWeights) {
  const ValueSet names = read("odd \"name", FrequencySkew{});
  EXPECT_EQ(names.values, (Texts{"B", "b", "\xc3\xa4"}));  // by bytes, in any locale
  EXPECT_EQ(names.weights, (Weights{1, 2, 1}));
  EXPECT_EQ(read("odd \"name", WeightSkew{"weight"}).weights, (Weights{0, 8, 0}));
  const ValueSet numbers = read("n", UniformSkew{});
  EXPECT_EQ(numbers.values, (Texts{"9", "10", "100"}));  // as numbers
  EXPECT_TRUE(numbers.weights.empty());
  EXPECT_TRUE(read("n", ZipfSkew{1.1}).weights.empty());
  EXPECT_EQ(read("day", FrequencySkew{}).values, (Texts{"2023-12-31", "2024-01-02"}));

  database_.execute("CREATE TABLE big AS SELECT n FROM generate_series(25000, 1, -1) n");
  const ValueSet big =
      read_values(database_, {.table = "big", .column = "n", .skew = FrequencySkew{}});
  ASSERT_EQ(big.values.size(), 25'000u);
  EXPECT_EQ(big.values[12'344], "12345");
}

TEST_F(ValueSetTest, ErrorsNameTableAndColumn) {
  EXPECT_EQ(problem_of("nowhere", "n", {}), "there is no table \"nowhere\" in the database");
  EXPECT_EQ(problem_of("the table", "m", {}), "the table \"the table\" has no column \"m\"");
  EXPECT_EQ(problem_of("the table", "n", WeightSkew{"mass"}),
            "the table \"the table\" has no column \"mass\"");
  EXPECT_NE(problem_of("the table", "j", {}).find("cannot read the values of \"the table\".\"j\""),
            std::string::npos);
  EXPECT_NE(problem_of("the table", "n", WeightSkew{"day"}), "");
  database_.execute("DELETE FROM \"the table\" WHERE weight > 0");
  EXPECT_NE(problem_of("the table", "n", WeightSkew{"weight"}).find("no number above 0"),
            std::string::npos);
  database_.execute("DELETE FROM \"the table\"");
  EXPECT_EQ(problem_of("the table", "n", {}), "\"the table\".\"n\" holds no value to draw");
}

}  // namespace
}  // namespace tare
