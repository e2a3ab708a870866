#include "bench/drivers/redis_encoding.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

Template keyed(const std::string& prefix) {
  return Template{prefix + "{id}", {{prefix, std::nullopt}, {"", 0}}};
}
Template fixed(const std::string& text) {
  return Template{text, {{text, std::nullopt}}};
}

std::string encoded(const RedisCall& call, std::string_view value, std::string_view payload) {
  std::string bytes;
  const std::string_view values[] = {value};
  RedisTemplate(call).encode(values, payload, bytes);
  return bytes;
}

TEST(RedisTemplate, FixedCommandIsOnePiece) {
  EXPECT_EQ(encoded({{fixed("PING")}, {}}, "", ""), "*1\r\n$4\r\nPING\r\n");
}

TEST(RedisTemplate, DrawnValuesCountInTheLength) {
  EXPECT_EQ(encoded({{fixed("GET"), keyed("page:")}, {}}, "17", ""),
            "*2\r\n$3\r\nGET\r\n$7\r\npage:17\r\n");
}

TEST(RedisTemplate, PayloadIsBinarySafe) {
  const std::string payload("a\r\nb\0c", 6);
  EXPECT_EQ(
      encoded({{fixed("SET"), keyed("k"), fixed(""), fixed("EX"), fixed("9")}, 2}, "1", payload),
      std::string("*5\r\n$3\r\nSET\r\n$2\r\nk1\r\n$6\r\n") + payload +
          "\r\n$2\r\nEX\r\n$1\r\n9\r\n");
}

TEST(RedisTemplate, VaryingLastArgumentEndsTheCommand) {
  EXPECT_EQ(encoded({{fixed("DEL"), keyed(""), fixed("x"), keyed("y")}, {}}, "ab", ""),
            "*4\r\n$3\r\nDEL\r\n$2\r\nab\r\n$1\r\nx\r\n$3\r\nyab\r\n");
}

TEST(EncodeCommand, WritesEveryArgument) {
  EXPECT_EQ(encode_command({"AUTH", "s3 cret"}), "*2\r\n$4\r\nAUTH\r\n$7\r\ns3 cret\r\n");
}

}  // namespace
}  // namespace tare
