#include "bench/model/sql_updates.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using All = std::vector<AssignedColumns>;

TEST(AssignedColumns, AreThoseOfExistingRows) {
  EXPECT_EQ(assigned_columns("UPDATE post SET views = views + 1, title = $2 WHERE id = $1"),
            (All{{"", "post", {"title", "views"}}}));
  EXPECT_EQ(assigned_columns("UPDATE sales.\"Weird Table\" AS w SET (\"A\", b) = (1, 2)"),
            (All{{"sales", "Weird Table", {"A", "b"}}}));
  EXPECT_EQ(assigned_columns("INSERT INTO hits VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET "
                             "n = hits.n + 1"),
            (All{{"", "hits", {"n"}}}));
  EXPECT_EQ(assigned_columns("MERGE INTO stock s USING new n ON s.id = n.id WHEN MATCHED THEN "
                             "UPDATE SET left_over = 1 WHEN NOT MATCHED THEN INSERT (id) VALUES "
                             "(n.id)"),
            (All{{"", "stock", {"left_over"}}}));
  EXPECT_EQ(assigned_columns("WITH w AS (UPDATE a SET x = 1 RETURNING id) SELECT * FROM w"),
            (All{{"", "a", {"x"}}}));
}

TEST(AssignedColumns, NoneWhereNothingIsAssigned) {
  for (const char* sql : {"INSERT INTO hits VALUES (1)", "DELETE FROM post", "SELECT 1", "", "UPD",
                          "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING"}) {
    EXPECT_TRUE(assigned_columns(sql).empty()) << sql;
  }
}

}  // namespace
}  // namespace tare
