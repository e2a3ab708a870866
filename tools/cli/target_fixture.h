// Servers with other people's data on them, for the end-to-end tests of named targets.
// Level: cli, tests only. Each test has servers of its own.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/drivers/postgres_control.h"
#include "bench/drivers/redis_control.h"
#include "bench/drivers/test_servers.h"
#include "tools/cli/tare_runner.h"

namespace tare {

inline constexpr const char* kPassword = "s3cret-of-mine";
inline constexpr const char* kIndex =
    R"j([{"sql": "CREATE INDEX orders_customer ON orders (customer_id)"}])j";
inline constexpr const char* kDropIndex = R"j([{"sql": "DROP INDEX orders_customer"}])j";

// Servers with other people's data on them.
class TargetTest : public ::testing::Test {
 protected:
  TargetTest() {
    tare_.set_environment("PGPASSWORD", kPassword);
    tare_.set_environment("REDISCLI_AUTH", kPassword);
    admin().execute("CREATE DATABASE theirs");
    in("theirs").execute("CREATE TABLE precious AS SELECT 1 AS one");
    redis().command({"SET", "theirs:1", "precious"});
    scenario_ = tare_.write("shop.json", shop_scenario());
  }

  PostgresControl in(const std::string& database) const {
    PostgresEndpoint endpoint = postgres_.endpoint();
    endpoint.database = database;
    return PostgresControl(endpoint, {});
  }
  PostgresControl admin() const { return in("postgres"); }
  RedisControl redis() const { return RedisControl(redis_.endpoint()); }

  // A role that may not make databases, with a database of its own.
  void make_narrow_role() const {
    admin().execute(std::string("CREATE ROLE narrow LOGIN PASSWORD '") + kPassword + "'");
    admin().execute("CREATE DATABASE staging OWNER narrow");
  }

  std::string postgres_uri(const std::string& database = "postgres",
                           const std::string& user = "") const {
    const PostgresEndpoint& endpoint = postgres_.endpoint();
    return "postgresql://" + (user.empty() ? endpoint.user : user) + "@" + endpoint.host + ":" +
           std::to_string(endpoint.port) + "/" + database;
  }
  std::string redis_uri() const {
    return "redis://" + redis_.endpoint().host + ":" + std::to_string(redis_.endpoint().port) +
           "/0";
  }

  // ab of the shop on both servers.
  std::vector<std::string> ab(const std::string& change, const std::string& postgres) const {
    return {"ab",         scenario_, "--change", change,      "--pairs", "2",
            "--postgres", postgres,  "--redis",  redis_uri(), "--set",   "measure_s=1"};
  }

  std::string change(const std::string& apply = kIndex,
                     const std::string& rollback = kDropIndex) const {
    return tare_.write("change.json", shop_change(apply, rollback));
  }

  void expect_theirs_untouched() const {
    EXPECT_EQ(in("theirs").value("SELECT count(*) FROM precious"), "1");
    EXPECT_EQ(in("theirs").value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'tare%'"),
              "0");
    EXPECT_EQ(redis().command({"GET", "theirs:1"}).text, "precious");
  }

  std::string indexes_of(const std::string& database) const {
    return in(database).value(
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'orders_customer'");
  }

  TestPostgres postgres_{kPassword, TestReach::loopback};
  TestRedis redis_{kPassword, TestReach::loopback};
  TareRunner tare_;
  std::string scenario_;
};

inline void expect_says(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in:\n" << text;
}

}  // namespace tare
