#include "bench/drivers/redis_counters.h"

#include <gtest/gtest.h>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

class RedisCountersTest : public testing::Test {
 protected:
  ServerCounters between(const RedisLook& before) {
    ServerCounters counters;
    add_redis(before, look_at_redis(control_), counters);
    return counters;
  }

  static std::map<std::string, int64_t> values(const ServerCounters& counters, size_t source) {
    std::map<std::string, int64_t> all;
    for (const CounterValue& value : counters.sources.at(source).values) {
      all[value.object + (value.object.empty() ? "" : " ") + value.name] = value.value;
    }
    return all;
  }

  TestRedis redis_;
  RedisControl control_{redis_.endpoint()};
  RedisControl client_{redis_.endpoint()};
};

TEST_F(RedisCountersTest, KnownCommandsGiveKnownCounts) {
  client_.command({"SET", "warm", "x"});
  const RedisLook before = look_at_redis(control_);
  for (int i = 0; i < 5; ++i) client_.command({"SET", "a" + std::to_string(i), "x"});
  for (int i = 0; i < 7; ++i) client_.command({"GET", "a0"});
  for (int i = 0; i < 3; ++i) client_.command({"GET", "none"});
  EXPECT_THROW(client_.command({"INCR", "a0"}), RedisError);
  const ServerCounters counters = between(before);
  ASSERT_EQ(counters.sources.size(), 2u);
  EXPECT_EQ(counters.sources[0].missing + counters.sources[1].missing, "");
  auto commands = values(counters, 1);
  EXPECT_EQ(commands["set calls"], 5);
  EXPECT_EQ(commands["get calls"], 10);
  EXPECT_EQ(commands["incr failed_calls"], 1);
  EXPECT_EQ(commands.count("info calls") + commands.count("latency|histogram calls"), 0u);
  auto server = values(counters, 0);
  EXPECT_EQ(server["keyspace_hits"], 7);
  EXPECT_EQ(server["keyspace_misses"], 3);
  EXPECT_EQ(server["error_replies"], 1);
  EXPECT_FALSE(counters.levels.empty());
}

TEST_F(RedisCountersTest, LatenciesAreSubtractedBucketByBucket) {
  for (int i = 0; i < 50; ++i) client_.command({"GET", "a"});
  const RedisLook before = look_at_redis(control_);
  if (!before.latencies_missing.empty()) GTEST_SKIP() << before.latencies_missing;
  for (int i = 0; i < 20; ++i) client_.command({"GET", "a"});
  client_.command({"EVAL", "for i = 1, 3000000 do end", "0"});
  const ServerCounters counters = between(before);
  EXPECT_EQ(counters.latencies_missing, "");
  int64_t gets = 0, slow = 0;
  for (const CommandLatency& latency : counters.latencies) {
    for (const CommandLatency::Bucket& bucket : latency.buckets) {
      EXPECT_GT(bucket.calls, 0);
      if (latency.command == "get") gets += bucket.calls;
      if (latency.command == "eval" && bucket.up_to_us >= 1000) slow += bucket.calls;
    }
  }
  EXPECT_EQ(gets, 20) << "what came before does not count";
  EXPECT_EQ(slow, 1);
}

TEST_F(RedisCountersTest, AResetVoidsWhatLiesBetween) {
  for (int i = 0; i < 50; ++i) client_.command({"GET", "a"});
  const RedisLook before = look_at_redis(control_);
  client_.command({"CONFIG", "RESETSTAT"});
  for (int i = 0; i < 60; ++i) client_.command({"GET", "a"});  // more than before
  const ServerCounters counters = between(before);
  for (const CounterSource& source : counters.sources) {
    EXPECT_TRUE(source.missing.starts_with("void: ")) << source.missing;
    EXPECT_TRUE(source.values.empty());
  }
  EXPECT_TRUE(counters.latencies.empty());
  EXPECT_FALSE(counters.latencies_missing.empty());
}

TEST_F(RedisCountersTest, AnotherServerIsNoLaterLook) {
  const RedisLook before = look_at_redis(control_);
  const TestRedis other;
  RedisControl there(other.endpoint());
  ServerCounters counters;
  add_redis(before, look_at_redis(there), counters);
  EXPECT_EQ(counters.sources[0].missing, "void: Redis began anew between the looks");
  EXPECT_EQ(counters.sources[1].missing, "void: Redis began anew between the looks");
}

TEST_F(RedisCountersTest, WhatIsRefusedIsNamedWithWhatToGrant) {
  control_.command({"ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read", "+info"});
  client_.command({"AUTH", "reader", "secret"});
  const RedisLook partly = look_at_redis(client_);
  EXPECT_EQ(partly.commands.missing, "");
  EXPECT_EQ(partly.latencies_missing,
            "Redis does not allow LATENCY HISTOGRAM: ACL SETUSER ... +latency|histogram");
  control_.command({"ACL", "SETUSER", "reader", "-info"});
  ServerCounters counters;
  add_redis(look_at_redis(client_), look_at_redis(client_), counters);
  EXPECT_EQ(counters.sources[0].missing, "Redis does not allow INFO: ACL SETUSER ... +info");
  EXPECT_EQ(counters.sources[1].missing, "Redis does not allow INFO: ACL SETUSER ... +info");
}

}  // namespace
}  // namespace tare
