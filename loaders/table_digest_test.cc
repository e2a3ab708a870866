#include "loaders/table_digest.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

TEST(TableDigest, KnowsRowsInAnyOrderAndEveryTable) {
  const TestPostgres server;
  PostgresControl database(server.endpoint(), {});
  for (const char* sql :
       {"CREATE SCHEMA shop", "CREATE TABLE shop.\"Item\" (id int, name text)",
        "CREATE TABLE empty (id int)", "INSERT INTO shop.\"Item\" VALUES (1, 'a'), (2, NULL)"}) {
    database.execute(sql);
  }
  const auto first = table_digests(database);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first.at("public.empty"), "0 rows, 0");
  EXPECT_EQ(first.at("shop.\"Item\"").substr(0, 8), "2 rows, ");
  database.execute("DELETE FROM shop.\"Item\" WHERE id = 1");
  database.execute("INSERT INTO shop.\"Item\" VALUES (1, 'a')");  // now behind the other
  EXPECT_EQ(table_digests(database), first);
  database.execute("UPDATE shop.\"Item\" SET name = 'b' WHERE id = 1");
  EXPECT_NE(table_digests(database), first);
}

}  // namespace
}  // namespace tare
