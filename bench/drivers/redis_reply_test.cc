#include "bench/drivers/redis_reply.h"

#include <gtest/gtest.h>

namespace tare {
namespace {

using State = RedisReplyReader::State;

State feed(RedisReplyReader& reader, const std::string& bytes) {
  return reader.feed(bytes.data(), bytes.size());
}

TEST(RedisReplyReader, TellsTypesApart) {
  const std::pair<std::string, ReplyType> replies[] = {
      {"+OK\r\n", ReplyType::status},
      {"$-1\r\n", ReplyType::nil},
      {"$2\r\nab\r\n", ReplyType::string},
      {":7\r\n", ReplyType::integer},
      {"*2\r\n:1\r\n$1\r\na\r\n", ReplyType::array}};
  RedisReplyReader reader;
  for (const auto& [bytes, type] : replies) {
    reader.expect(nullptr);
    EXPECT_EQ(feed(reader, bytes), State::complete);
    EXPECT_EQ(reader.facts().type, type) << bytes;
  }
  EXPECT_EQ(reader.facts().elements, 2);
}

TEST(RedisReplyReader, AssemblesPiecesAndCaptures) {
  RedisReplyReader reader;
  std::string captured;
  reader.expect(&captured);
  const std::string whole("$5\r\nhe\0lo\r\n", 11);
  for (size_t i = 0; i + 1 < whole.size(); ++i) {
    EXPECT_EQ(reader.feed(&whole[i], 1), State::incomplete);
  }
  EXPECT_EQ(reader.feed(&whole.back(), 1), State::complete);
  EXPECT_EQ(captured, std::string("he\0lo", 5));
}

TEST(RedisReplyReader, ElementsOfAnArrayAreNotCaptured) {
  RedisReplyReader reader;
  std::string captured;
  reader.expect(&captured);
  EXPECT_EQ(feed(reader, "*2\r\n$1\r\na\r\n$1\r\nb\r\n"), State::complete);
  EXPECT_EQ(captured, "");
}

TEST(RedisReplyReader, KeepsTheWordsOfAnErrorAndForgetsThem) {
  RedisReplyReader reader;
  reader.expect(nullptr);
  EXPECT_EQ(feed(reader, "-OOM no memory\r\n"), State::complete);
  EXPECT_TRUE(reader.facts().error);
  EXPECT_EQ(reader.facts().text, "OOM no memory");
  reader.expect(nullptr);
  EXPECT_EQ(feed(reader, "+OK\r\n"), State::complete);
  EXPECT_FALSE(reader.facts().error);
}

TEST(RedisReplyReader, SaysWhenThePeerDoesNotSpeakResp) {
  RedisReplyReader reader;
  reader.expect(nullptr);
  EXPECT_EQ(feed(reader, "HTTP/1.1 400 Bad Request\r\n"), State::broken);
  reader.reset();
  reader.expect(nullptr);
  EXPECT_EQ(feed(reader, "+OK\r\n"), State::complete);
}

}  // namespace
}  // namespace tare
