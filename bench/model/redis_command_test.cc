#include "bench/model/redis_command.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

TEST(RedisOnTargets, RefusesWhatGoesBeyondItsKeys) {
  EXPECT_EQ(refused_on_target({"SET", "shop:1", "x"}), "");
  EXPECT_EQ(refused_on_target({"COPY", "a", "b"}), "");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"EVAL", "return 1", "0"},
                                             {"fcall", "f", "0"},
                                             {"CONFIG", "SET", "a", "b"},
                                             {"COPY", "a", "b", "db", "5"},
                                             {"MOVE", "a", "1"},
                                             {"SWAPDB", "0", "1"},
                                             {"MEMORY", "PURGE"},
                                             {"ACL", "SETUSER", "x"}}) {
    EXPECT_NE(refused_on_target(command), "") << command[0];
  }
}

TEST(RedisCommand, KnowsReadingCommands) {
  EXPECT_TRUE(redis_command_reads({"get", "a"}));
  EXPECT_TRUE(redis_command_reads({"ZREVRANGE", "a", "0", "9"}));
  EXPECT_FALSE(redis_command_reads({"SET", "a", "1"}));
  EXPECT_FALSE(redis_command_reads({"GETDEL", "a"}));
  EXPECT_FALSE(redis_command_reads({"JSON.GET", "a"}));  // unknown: counts as writing
  EXPECT_FALSE(redis_command_reads({}));
}

TEST(RedisCommand, RefusesWhatHarmsOthers) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"flushall"}, {"FLUSHDB", "ASYNC"}, {"CONFIG", "RESETSTAT"}, {"shutdown"}, {"DEBUG"}}) {
    EXPECT_NE(refused_in_step(command), "") << command[0];
    EXPECT_NE(refused_in_change(command), "") << command[0];
  }
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"KEYS", "*"},
                                             {"CONFIG", "SET", "hz", "20"},
                                             {"script", "flush"},
                                             {"BLPOP", "a", "1"}}) {
    EXPECT_NE(refused_in_step(command), "") << command[0];
    EXPECT_EQ(refused_in_change(command), "") << command[0];
  }
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"MULTI"},
                                             {"select", "1"},
                                             {"HELLO", "3"},
                                             {"client", "reply", "off"},
                                             {"CONFIG", "REWRITE"},
                                             {"REPLICAOF", "NO", "ONE"}}) {
    EXPECT_NE(refused_in_step(command), "") << command[0];
    EXPECT_NE(refused_in_change(command), "") << command[0];
  }
  EXPECT_EQ(refused_in_step({"SCRIPT", "LOAD", "return 1"}), "");
  EXPECT_NE(refused_in_step({"XREAD", "block", "0", "STREAMS", "a", "$"}), "");
  EXPECT_EQ(refused_in_step({"XREAD", "STREAMS", "a", "0"}), "");
}

TEST(RedisCommand, KnowsPatternsThatMatchEverything) {
  EXPECT_TRUE(matches_everything("*"));
  EXPECT_TRUE(matches_everything("??*"));
  EXPECT_TRUE(matches_everything("[a-z]*"));
  EXPECT_TRUE(matches_everything("*:page"));
  EXPECT_FALSE(matches_everything("a*"));
}

}  // namespace
}  // namespace tare
