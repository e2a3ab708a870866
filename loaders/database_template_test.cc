#include "loaders/database_template.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"
#include "bench/model/errors.h"
#include "bench/model/random.h"

namespace tare {
namespace {

PostgresEndpoint at(const TestPostgres& server, const std::string& database) {
  PostgresEndpoint endpoint = server.endpoint();
  endpoint.database = database;
  return endpoint;
}

TEST(DatabaseTemplate, GivesTheSameFreshStateEveryTime) {
  TestPostgres server;
  PostgresControl maintenance(server.endpoint(), {});
  make_database(maintenance, "tare_a");
  {
    PostgresControl loading(at(server, "tare_a"), {});
    loading.execute("CREATE TABLE post AS SELECT n FROM generate_series(1, 100) n");
    make_template(maintenance, "tare_a");
  }
  EXPECT_THROW(PostgresControl(at(server, "tare_a"), {}), ServerError);
  for (int round = 0; round < 2; ++round) {
    restore_from_template(maintenance, "tare_a", "tare_work");
    PostgresControl work(at(server, "tare_work"), {});  // still connected at the next restore
    EXPECT_EQ(work.value("SELECT count(*) FROM post"), "100");
    work.execute("DELETE FROM post");
    work.execute("CREATE INDEX ON post (n)");
    restore_from_template(maintenance, "tare_a", "tare_work");
    EXPECT_THROW(work.query("SELECT 1"), ServerError);
    PostgresControl again(at(server, "tare_work"), {});
    EXPECT_EQ(again.value("SELECT count(*) FROM post"), "100");
    EXPECT_EQ(again.value("SELECT count(*) FROM pg_index WHERE indrelid = 'post'::regclass"), "0");
  }
  make_database(maintenance, "tare_a");  // instead of the template
  EXPECT_EQ(PostgresControl(at(server, "tare_a"), {}).value("SELECT to_regclass('post') IS NULL"),
            "t");
  drop_database(maintenance, "tare_a");
  drop_database(maintenance, "tare_a");
  EXPECT_EQ(maintenance.value("SELECT count(*) FROM pg_database WHERE datname = 'tare_a'"), "0");
}

TEST(DatabaseTemplate, TouchesOnlyItsOwnDatabases) {
  TestPostgres server;
  PostgresControl maintenance(server.endpoint(), {});
  maintenance.execute("CREATE DATABASE shop");
  make_database(maintenance, "tare_a");
  EXPECT_THROW(drop_database(maintenance, "shop"), UsageError);
  EXPECT_THROW(make_database(maintenance, "shop"), UsageError);
  EXPECT_THROW(make_template(maintenance, "shop"), UsageError);
  EXPECT_THROW(restore_from_template(maintenance, "tare_a", "shop"), UsageError);
  EXPECT_THROW(restore_from_template(maintenance, "tare_a", "tare_a"), UsageError);
  EXPECT_EQ(maintenance.value("SELECT count(*) FROM pg_database WHERE datname IN ('shop', "
                              "'tare_a') AND NOT datistemplate AND datallowconn"),
            "2");
}

TEST(DatabaseTemplate, WhatAKillLeftUnmarkedIsKnownByItsName) {
  TestPostgres server;
  PostgresControl maintenance(server.endpoint(), {});
  const std::string name = "tare_a";
  const std::string unfinished =
      fmt::format("tare_new__{:016x}", hash_bytes(name.data(), name.size()));
  maintenance.execute("CREATE DATABASE " + unfinished);
  make_database(maintenance, name);
  EXPECT_FALSE(made_by_other(maintenance, name));
  EXPECT_EQ(maintenance.value("SELECT count(*) FROM pg_database WHERE datname = $1", {unfinished}),
            "0");
}

TEST(DatabaseTemplate, HoldsNothingOfTemplate1) {
  TestPostgres server;
  PostgresControl maintenance(server.endpoint(), {});
  PostgresControl(at(server, "template1"), {}).execute("CREATE TABLE corp (id int)");
  make_database(maintenance, "tare_a");
  EXPECT_EQ(PostgresControl(at(server, "tare_a"), {}).value("SELECT to_regclass('corp') IS NULL"),
            "t");
  EXPECT_EQ(maintenance.value("SELECT count(DISTINCT (encoding, datcollate, datctype)) FROM "
                              "pg_database WHERE datname IN ('tare_a', 'template1')"),
            "1");
}

TEST(DatabaseTemplate, KnowsWhoseItIs) {
  TestPostgres server;
  PostgresControl maintenance(server.endpoint(), {});
  make_database(maintenance, "tare_a");
  EXPECT_EQ(owned_by_other(maintenance, "tare_a"), std::nullopt);
  EXPECT_EQ(owned_by_other(maintenance, "tare_b"), std::nullopt) << "there is none";
  maintenance.execute("CREATE ROLE second LOGIN CREATEDB");
  PostgresEndpoint endpoint = server.endpoint();
  endpoint.user = "second";
  PostgresControl other(endpoint, {});
  EXPECT_EQ(owned_by_other(other, "tare_a"), maintenance.value("SELECT current_user"));
}

}  // namespace
}  // namespace tare
