#include "loaders/redis_snapshot.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "bench/drivers/test_servers.h"
#include "bench/model/errors.h"

namespace tare {
namespace {

std::string dump(RedisControl& redis, const std::string& key) {
  return redis.command({"DUMP", key}).text;
}

TEST(RedisSnapshot, EveryTypeComesBack) {
  TestRedis server, fresh;
  RedisControl redis(server.endpoint()), other(fresh.endpoint());
  const std::string binary("k\0\r\n\xff", 5);
  redis.pipeline({{"SET", binary, std::string("v\0\xfe", 3)},
                  {"SET", "number", "12345"},
                  {"SET", "empty", ""},
                  {"RPUSH", "list", "a", "b", "a"},
                  {"SADD", "set", "1", "2", "3"},
                  {"ZADD", "sorted", "1.5", "a", "-2", "b"},
                  {"HSET", "hash", "field", "value", "", "empty"},
                  {"XADD", "stream", "1-1", "field", "value"},
                  {"PFADD", "loglog", "a", "b"}});
  const RedisSnapshot snapshot = take_snapshot(redis, {"*"}, {});
  EXPECT_EQ(snapshot.keys.size(), 9u);
  other.command({"SET", "number", "to be replaced"});
  restore_snapshot(other, snapshot, {});
  EXPECT_EQ(other.command({"DBSIZE"}).integer, 9);
  for (const RedisSnapshotKey& key : snapshot.keys) {
    EXPECT_EQ(dump(other, key.name), dump(redis, key.name)) << key.name;
    EXPECT_EQ(other.command({"TTL", key.name}).integer, -1) << key.name;
  }
  EXPECT_EQ(other.command({"GET", binary}).text, std::string("v\0\xfe", 3));
}

TEST(RedisSnapshot, KeepsTheTimeThatWasLeft) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  redis.pipeline({{"SET", "short", "v", "PX", "1900"},
                  {"SET", "long", "v", "EX", "100"},
                  {"SET", "gone", "v", "PX", "1"},
                  {"SET", "for ever", "v"}});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const RedisSnapshot snapshot = take_snapshot(redis, {"*"}, {});
  ASSERT_EQ(snapshot.keys.size(), 3u);
  EXPECT_EQ(snapshot.keys[0].ttl_ms, 0);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_EQ(redis.command({"EXISTS", "short"}).integer, 0);
  restore_snapshot(redis, snapshot, {});
  const int64_t left = redis.command({"PTTL", "long"}).integer;
  // It was 100 s less what had passed before the snapshot; the 2 s since then do not count.
  EXPECT_LE(left, snapshot.keys[1].ttl_ms);
  EXPECT_GT(left, snapshot.keys[1].ttl_ms - 2'000);
  EXPECT_GT(snapshot.keys[2].ttl_ms, 0);
  EXPECT_LE(snapshot.keys[2].ttl_ms, 1'850);
  EXPECT_EQ(redis.command({"EXISTS", "short", "long", "for ever"}).integer, 3);
  EXPECT_EQ(redis.command({"PTTL", "for ever"}).integer, -1);
}

TEST(RedisSnapshot, ManyKeysALimitAndAStop) {
  TestRedis server, fresh;
  RedisControl redis(server.endpoint()), other(fresh.endpoint());
  std::vector<RedisCommand> commands;
  for (int i = 0; i < 5'000; ++i) {
    commands.push_back({"SET", "key:" + std::to_string(i), std::string(100, 'v')});
  }
  redis.pipeline(commands);
  const RedisSnapshot snapshot = take_snapshot(redis, {"*"}, {});
  EXPECT_EQ(snapshot.keys.size(), 5'000u);
  restore_snapshot(other, snapshot, {});
  EXPECT_EQ(other.command({"DBSIZE"}).integer, 5'000);
  try {
    take_snapshot(redis, {"*"}, {}, 100'000);
    FAIL() << "no limit";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("100000 bytes"), std::string::npos);
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(take_snapshot(redis, {"*"}, stop.get_token()), Interrupted);
  EXPECT_THROW(restore_snapshot(redis, snapshot, stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace tare
