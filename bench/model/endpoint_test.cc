#include "bench/model/endpoint.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(Endpoint, TextNeverHoldsASecret) {
  PostgresEndpoint postgres{.host = "db", .user = "me", .database = "shop", .password = "s3cret"};
  EXPECT_EQ(public_text(postgres), "postgresql://me@db:5432/shop");
  postgres.host = "/tmp/x";
  postgres.options = {{"sslpassword", "s3cret"}, {"service", "shop"}};
  EXPECT_EQ(public_text(postgres), "postgresql://me@/shop?host=/tmp/x&port=5432&service=shop");
  EXPECT_EQ(public_text(PostgresEndpoint{
                .host = "::1", .port = 1, .user = "", .database = "", .password = "s3cret"}),
            "postgresql://[::1]:1/");
  RedisEndpoint redis{.socket = "", .host = "::1", .password = "s3cret", .user = "app"};
  redis.database = 3;
  EXPECT_EQ(public_text(redis), "redis://app@[::1]:6379/3");
  redis.socket = "/tmp/r.sock";
  EXPECT_EQ(public_text(redis), "unix:/tmp/r.sock?db=3&user=app");
}

TEST(Endpoint, WhatIsLeftToLibpqIsLeftOut) {
  PostgresEndpoint postgres;
  postgres.port = 0;
  EXPECT_EQ(public_text(postgres), "postgresql:///");
}

}  // namespace
}  // namespace tare
