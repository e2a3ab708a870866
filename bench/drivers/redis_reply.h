// Reads RESP replies with hiredis' reader and reply functions that allocate nothing: only what the
// engine asks about a reply is kept.
// Level: drivers. One connection's; not thread safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "bench/model/scenario.h"

struct redisReader;

namespace tare {

struct RedisReplyFacts {
  ReplyType type = ReplyType::none;
  int64_t elements = 0;  // of the top-level array
  bool error = false;
  std::string text;                // of an error; keeps its room
  std::string* capture = nullptr;  // where a top-level string goes; null: nowhere
};

class RedisReplyReader {
 public:
  enum class State { incomplete, complete, broken };

  RedisReplyReader();
  ~RedisReplyReader();

  // Forgets what is half read and starts anew, as on a new connection.
  void reset();

  // The next reply's top-level string is appended to `capture`.
  void expect(std::string* capture);

  // Adds bytes and reads a reply; broken means the peer does not speak RESP.
  State feed(const char* bytes, size_t size);

  // Reads the next reply of the bytes that are there.
  State next();

  const RedisReplyFacts& facts() const { return facts_; }

 private:
  struct FreeReader {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, FreeReader> reader_;
  RedisReplyFacts facts_;
};

}  // namespace tare
