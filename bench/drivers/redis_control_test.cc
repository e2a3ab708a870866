#include "bench/drivers/redis_control.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <set>

#include "bench/drivers/test_servers.h"

namespace tare {
namespace {

using Type = RedisValue::Type;

TEST(RedisControl, ReadsEveryKindOfReply) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  const std::string binary("a\0b\r\n\xff", 6);
  EXPECT_EQ(redis.command({"SET", "key", binary}).type, Type::status);
  EXPECT_EQ(redis.command({"GET", "key"}).text, binary);
  EXPECT_EQ(redis.command({"GET", "other"}).type, Type::nil);
  EXPECT_EQ(redis.command({"INCR", "count"}), (RedisValue{Type::integer, "", 1, {}}));
  const RedisValue array = redis.command({"MGET", "count", "other"});
  ASSERT_EQ(array.type, Type::array);
  EXPECT_EQ(array.elements.at(0).text, "1");
  EXPECT_EQ(array.elements.at(1).type, Type::nil);
  const std::string large(3 << 20, 'x');
  redis.command({"SET", "large", large});
  EXPECT_EQ(redis.command({"GET", "large"}).text, large);
}

TEST(RedisControl, RefusalsNameTheCommandOnly) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  redis.command({"SET", "text", "x"});
  try {
    redis.command({"LPUSH", "text", "private"});
    FAIL() << "no error";
  } catch (const RedisError& error) {
    EXPECT_EQ(error.command(), "LPUSH");
    EXPECT_EQ(error.message().substr(0, 9), "WRONGTYPE");
    EXPECT_EQ(std::string(error.what()).find("private"), std::string::npos);
  }
  // A refusal in a pipeline neither stops the rest nor leaves answers behind.
  EXPECT_THROW(redis.pipeline({{"INCR", "n"}, {"INCR", "text"}, {"INCR", "n"}}), RedisError);
  EXPECT_EQ(redis.command({"GET", "n"}).text, "2");
}

TEST(RedisControl, PipelinesMoreThanOneBatch) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  std::vector<RedisCommand> commands;
  for (int i = 0; i < 2'500; ++i) commands.push_back({"SET", "k" + std::to_string(i), "v"});
  commands.push_back({"DBSIZE"});
  const std::vector<RedisValue> replies = redis.pipeline(commands);
  ASSERT_EQ(replies.size(), 2'501u);
  EXPECT_EQ(replies.back().integer, 2'500);
  EXPECT_TRUE(redis.pipeline({}).empty());
}

TEST(RedisControl, ClearsOnlyWhatMatches) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  std::vector<RedisCommand> commands;
  for (int i = 0; i < 3'000; ++i) {
    commands.push_back({"SET", "site:author:" + std::to_string(i), "v"});
    commands.push_back({"SET", "site:post:" + std::to_string(i), "v"});
  }
  redis.pipeline(commands);
  EXPECT_EQ(redis.clear_patterns({"site:author:*", "site:post:12", "none:*"}, {}), 3'001);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, 2'999);
  std::set<std::string> keys;
  redis.scan("*", [&](const auto& found) { keys.insert(found.begin(), found.end()); }, {});
  EXPECT_EQ(keys.size(), 2'999u);
  EXPECT_EQ(keys.count("site:author:1"), 0u);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(redis.clear_patterns({"*"}, stop.get_token()), Interrupted);
  EXPECT_EQ(redis.command({"DBSIZE"}).integer, 2'999);
}

TEST(RedisControl, ReadsInfoAndSettings) {
  TestRedis server;
  RedisControl redis(server.endpoint());
  EXPECT_EQ(redis.info("server").at("process_id"), std::to_string(server.pid()));
  const auto settings = redis.config({"appendonly", "maxmemory-policy", "no-such-setting"});
  EXPECT_EQ(settings, (std::map<std::string, std::string>{{"appendonly", "no"},
                                                          {"maxmemory-policy", "noeviction"}}));
}

TEST(RedisControl, LogsInAndKeepsThePasswordToItself) {
  TestRedis server("s3cret");
  EXPECT_EQ(RedisControl(server.endpoint()).command({"PING"}).text, "PONG");
  const auto message_with = [&](const std::string& password) -> std::string {
    RedisEndpoint endpoint = server.endpoint();
    endpoint.password = password;
    try {
      RedisControl redis(endpoint);
    } catch (const ServerError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message_with("").find("give its password"), std::string::npos) << message_with("");
  const std::string wrong = message_with("wr0ng");
  EXPECT_NE(wrong.find("check the password"), std::string::npos) << wrong;
  EXPECT_EQ(wrong.find("wr0ng"), std::string::npos) << wrong;
}

TEST(RedisControl, AServerThatHangsOrDiesIsAServerError) {
  TestRedis server;
  RedisControl hanging(server.endpoint(), std::chrono::milliseconds(100));
  kill(server.pid(), SIGSTOP);
  EXPECT_THROW(hanging.command({"PING"}), ServerError);
  kill(server.pid(), SIGCONT);
  EXPECT_THROW(hanging.command({"PING"}), ServerError) << "an old answer may be read as a new one";
  RedisControl dying(server.endpoint());
  server.kill_now();
  EXPECT_THROW(dying.command({"PING"}), ServerError);
  EXPECT_THROW(dying.command({"PING"}), ServerError);
  EXPECT_THROW(RedisControl{server.endpoint()}, ServerError);
}

}  // namespace
}  // namespace tare
