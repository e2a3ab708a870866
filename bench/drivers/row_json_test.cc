#include "bench/drivers/row_json.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <nlohmann/json.hpp>

#include "bench/drivers/postgres_connection.h"

namespace tare {
namespace {

PostgresResult rows(const std::vector<const char*>& values) {
  PostgresResult result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
  PGresAttDesc columns[] = {{const_cast<char*>("na\"me"), 0, 0, 0, 25, -1, 0},
                            {const_cast<char*>("value"), 0, 0, 0, 25, -1, 0}};
  PQsetResultAttrs(result.get(), 2, columns);
  for (size_t i = 0; i < values.size(); ++i) {
    char* value = const_cast<char*>(values[i]);
    PQsetvalue(result.get(), int(i / 2), int(i % 2), value, value ? int(strlen(value)) : -1);
  }
  return result;
}

TEST(RowJson, IsReadByAnyJsonReader) {
  const PostgresResult result = rows({"li\"b\\c6", nullptr, "tab\there", "Grüße\x01"});
  std::string json;
  append_rows_json(result.get(), json);
  const auto parsed = nlohmann::json::parse(json);
  ASSERT_EQ(parsed.size(), 2u);
  EXPECT_EQ(parsed[0]["na\"me"], "li\"b\\c6");
  EXPECT_TRUE(parsed[0]["value"].is_null());
  EXPECT_EQ(parsed[1]["na\"me"], "tab\there");
  EXPECT_EQ(parsed[1]["value"], "Grüße\x01");
}

TEST(RowJson, NoRowsAreAnEmptyList) {
  std::string json;
  append_rows_json(rows({}).get(), json);
  EXPECT_EQ(json, "[]");
}

}  // namespace
}  // namespace tare
