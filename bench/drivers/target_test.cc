#include "bench/drivers/target.h"

#include <gtest/gtest.h>

#include "bench/model/errors.h"

namespace tare {
namespace {

// The refusal of a text; none of its secrets may stand in it.
template <class Parse>
std::string refusal(Parse parse, const std::string& text) {
  try {
    parse(text, "--option");
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Target, PostgresTextsAreLibpqs) {
  const PostgresEndpoint uri =
      parse_postgres("postgres://me:p%40ss@db.example:6000/shop?sslmode=require", "--postgres");
  EXPECT_EQ(uri.host, "db.example");
  EXPECT_EQ(uri.port, 6000);
  EXPECT_EQ(uri.user, "me");
  EXPECT_EQ(uri.database, "shop");
  EXPECT_EQ(uri.password, "p@ss");
  EXPECT_EQ(uri.options, (std::map<std::string, std::string>{{"sslmode", "require"}}));
  const PostgresEndpoint pairs =
      parse_postgres("service=shop host=/tmp dbname='my shop'", "--postgres");
  EXPECT_EQ(pairs.host, "/tmp");
  EXPECT_EQ(pairs.port, 0) << "libpq's to find";
  EXPECT_EQ(pairs.database, "my shop");
  EXPECT_EQ(pairs.options.at("service"), "shop");
  EXPECT_EQ(parse_postgres("postgresql+asyncpg://db/shop", "x").host, "db");
  EXPECT_EQ(parse_postgres("postgresql://a:1,b:2/shop", "x").options.at("port"), "1,2");
  EXPECT_EQ(parse_postgres("postgresql://db/shop?user=a@b", "x").user, "a@b");
}

TEST(Target, PostgresRefusalsHoldNoPassword) {
  for (const char* text :
       {"postgresql://me:s3c@ret@db/shop", "postgresql://me:s3c/ret@db/shop",
        "postgresql://me:s3c?ret@db/shop", "postgresql://me:s3cret%zz@db/shop",
        "postgresql://me:s3cret", "host=db password=s3c ret=s3cret", "host=db password=x s3cret",
        "password='s3cret", "postgresql://me:x@db/shop?s3cret=1", "mysql://me:s3cret@db/shop",
        "s3cret", "postgresql://db:99999/shop", "me:s3cret@db/shop"}) {
    const std::string message = refusal(parse_postgres, text);
    EXPECT_NE(message, "") << text;
    EXPECT_EQ(message.find("s3c"), std::string::npos) << message;
    EXPECT_EQ(message.find("ret="), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("--option: ")) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(Target, RedisAddresses) {
  const RedisEndpoint whole = parse_redis("redis://app:p%40%2Fss@cache.example:6390/3", "--redis");
  EXPECT_EQ(whole.host, "cache.example");
  EXPECT_EQ(whole.port, 6390);
  EXPECT_EQ(whole.user, "app");
  EXPECT_EQ(whole.password, "p@/ss");
  EXPECT_EQ(whole.database, 3);
  EXPECT_EQ(whole.socket, "");
  const RedisEndpoint brief = parse_redis("redis://:pw@[::1]", "--redis");
  EXPECT_EQ(brief.host, "::1");
  EXPECT_EQ(brief.port, 6379);
  EXPECT_EQ(brief.user, "");
  EXPECT_EQ(brief.password, "pw");
  EXPECT_EQ(parse_redis("REDIS://localhost?db=2", "x").database, 2);
  for (const char* text :
       {"unix:///tmp/r.sock?db=4", "unix:/tmp/r.sock?db=4", "redis+unix:///tmp/r.sock?db=4",
        "unix://:pw@/tmp/r.sock?db=4", "unix:/tmp/r.sock?password=pw&db=4"}) {
    const RedisEndpoint socket = parse_redis(text, "--redis");
    EXPECT_EQ(socket.socket, "/tmp/r.sock") << text;
    EXPECT_EQ(socket.database, 4) << text;
  }
}

TEST(Target, RedisRefusalsHoldNoPassword) {
  for (const char* text :
       {"redis://s3cret@db", "redis://me:s3c@ret@db", "redis://me:s3c/ret@db",
        "redis://me:s3c?ret@db", "redis://me:s3cret", "redis://me:x@db/s3cret",
        "redis://me:s3cret%zz@db", "redis://me:s3cret%00@db", "rediss://me:s3cret@db",
        "http://me:s3cret@db", "s3cret", "redis:s3cret", "unix:s3cret", "redis://[s3cret",
        "redis://db:70000", "redis://db/-1", "redis://db?s3cret=1"}) {
    const std::string message = refusal(parse_redis, text);
    EXPECT_NE(message, "") << text;
    EXPECT_EQ(message.find("s3c"), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("--option: ")) << message;
  }
  EXPECT_NE(refusal(parse_redis, "rediss://db").find("tunnel"), std::string::npos);
  EXPECT_NE(refusal(parse_redis, "unix:/" + std::string(107, 'x')).find("107"), std::string::npos);
}

TEST(Target, NothingNamedIsTheSandbox) {
  EXPECT_FALSE(read_target("", "", {{"DATABASE_URL", "postgres://db"}, {"REDIS_URL", "redis://r"}}))
      << "the environment alone chooses nothing";
}

TEST(Target, TheOtherComesFromTheEnvironment) {
  const EnvironmentVariables environment = {{"DATABASE_URL", "postgres://me:pw@db/shop"},
                                            {"REDIS_URL", "redis://cache"}};
  const auto target = read_target("", "redis://other/1", environment);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->postgres->host, "db");
  EXPECT_EQ(target->postgres_source, "from DATABASE_URL");
  EXPECT_EQ(target->redis->host, "other");
  EXPECT_EQ(target->redis_source, "from --redis");
  EXPECT_TRUE(target->warnings.empty()) << "a password in the environment is as it should be";
  const auto alone = read_target("", "redis://other", {});
  EXPECT_FALSE(alone->postgres);
  EXPECT_FALSE(read_target("host=db", "none", environment)->redis);
  EXPECT_EQ(read_target("env", "env", environment)->redis_source, "from REDIS_URL");
  EXPECT_THROW(read_target("env", "", {{"REDIS_URL", "redis://cache"}}), UsageError);
  EXPECT_THROW(read_target("host=db", "env", {}), UsageError);
  EXPECT_THROW(read_target("none", "none", environment), UsageError);
  EXPECT_THROW(read_target("none", "", {}), UsageError);
  EXPECT_THROW(read_target("", "redis://r", {{"DATABASE_URL", "mysql://db"}}), UsageError);
}

TEST(Target, LibpqsOwnSettingsAreLeftToLibpq) {
  const auto target = read_target("env", "none", {{"PGSERVICE", "shop"}, {"PGHOST", "db"}});
  EXPECT_EQ(target->postgres_source, "from PGSERVICE and PGHOST");
  EXPECT_EQ(target->postgres->host, "");
  EXPECT_EQ(target->postgres->port, 0);
}

TEST(Target, PasswordsOnTheCommandLineAreWarnedOf) {
  const auto target = read_target("postgres://me:s3cret@db", "redis://:s3cret@r", {});
  ASSERT_EQ(target->warnings.size(), 2u);
  EXPECT_NE(target->warnings[0].find(".pgpass"), std::string::npos);
  EXPECT_NE(target->warnings[1].find("REDISCLI_AUTH"), std::string::npos);
  for (const std::string& warning : target->warnings) {
    EXPECT_EQ(warning.find("s3cret"), std::string::npos);
  }
  const auto safe = read_target("none", "redis://app:@r", {{"REDISCLI_AUTH", "s3cret"}});
  EXPECT_TRUE(safe->warnings.empty());
  EXPECT_EQ(safe->redis->password, "s3cret");
  EXPECT_EQ(safe->redis->user, "app");
  EXPECT_EQ(safe->redis_source, "from --redis, password from REDISCLI_AUTH");
}

}  // namespace
}  // namespace tare
