#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "bench/drivers/test_servers.h"
#include "tools/experiment/target_claim_held.h"

namespace tare {
namespace {

TEST(ReplaceValue, TakesOnlyThePlaceOfWhatItHasSeen) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  redis.command({"SET", "lock", "dead"});
  EXPECT_TRUE(replace_value(redis, "lock", {"dead", "first"}));
  EXPECT_FALSE(replace_value(redis, "lock", {"dead", "second"}));
  EXPECT_EQ(redis.command({"GET", "lock"}).text, "first");
  redis.command({"DEL", "lock"});
  EXPECT_FALSE(replace_value(redis, "lock", {"dead", "second"}));
  EXPECT_EQ(redis.command({"GET", "lock"}).type, RedisValue::Type::nil);
}

TEST(ReplaceValue, OfManyAtOnceOneGetsIt) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  for (int round = 0; round < 50; ++round) {
    redis.command({"SET", "lock", "dead"});
    std::atomic<int> got = 0;
    std::atomic<bool> go = false;
    std::vector<std::jthread> takers;
    for (int i = 0; i < 4; ++i) {
      takers.emplace_back([&, i] {
        RedisControl mine(server.endpoint());
        while (!go) std::this_thread::yield();
        got += replace_value(mine, "lock", {"dead", "taker " + std::to_string(i)});
      });
    }
    go = true;
    takers.clear();
    ASSERT_EQ(got, 1) << "round " << round;
  }
}

}  // namespace
}  // namespace tare
