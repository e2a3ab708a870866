// The careful way to Redis: clearing keys, snapshots, settings. Not for measured requests.
// Level: drivers. One thread per object. Owns its connection and closes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "bench/model/endpoint.h"
#include "bench/model/errors.h"

struct redisContext;

namespace tare {

// A reply as a plain value. Text is binary safe.
struct RedisValue {
  enum class Type { nil, string, status, integer, array, error };

  Type type = Type::nil;
  std::string text;                  // of a string, status or error
  int64_t integer = 0;               // of an integer
  std::vector<RedisValue> elements;  // of an array

  friend bool operator==(const RedisValue&, const RedisValue&) = default;
};

// Redis answered a command with an error. The message names the command, never its arguments.
class RedisError : public std::runtime_error {
 public:
  RedisError(const std::string& command, const std::string& message);

  const std::string& command() const { return command_; }
  const std::string& message() const { return message_; }  // "ERR ...", as Redis wrote it

 private:
  std::string command_, message_;
};

using RedisCommand = std::vector<std::string>;  // the name first

// The fields of INFO's answer.
std::map<std::string, std::string> info_fields(const std::string& text);

// Every function that talks to the server throws RedisError when Redis refuses, and ServerError
// when the connection is lost or an answer takes longer than the timeout; then the object is of no
// more use.
class RedisControl {
 public:
  // Connects, logs in, selects the database, and waits for an answer. Throws ServerError that
  // says what to do; it never holds the password.
  explicit RedisControl(const RedisEndpoint& endpoint,
                        std::chrono::milliseconds timeout = std::chrono::seconds(5));

  RedisValue command(const RedisCommand& arguments);

  // All replies in order; sends at most 1,000 commands or about 1 MiB at a time. When some are
  // refused, the rest is sent all the same and the first refusal is thrown.
  std::vector<RedisValue> pipeline(const std::vector<RedisCommand>& commands);

  // The fields of one section of INFO.
  std::map<std::string, std::string> info(const std::string& section);

  // The values of these settings; a setting the server does not know is left out.
  std::map<std::string, std::string> config(const std::vector<std::string>& names);

  // One pass over the keys that match the glob-style pattern, about 1,000 at a time. Redis promises
  // every key that is there from start to end, some perhaps twice. At most a million calls.
  void scan(const std::string& pattern,
            const std::function<void(const std::vector<std::string>&)>& visit,
            std::stop_token stop);

  // Unlinks every key that matches one of the patterns, in one pass each. Never flushes. Returns
  // how many keys went. Throws Interrupted on a stop, with some keys gone.
  int64_t clear_patterns(const std::vector<std::string>& patterns, std::stop_token stop);

 private:
  struct Close {
    void operator()(redisContext* context) const;
  };

  void log_in(const RedisEndpoint& endpoint);
  void send(const std::string& bytes);
  RedisValue receive();
  [[noreturn]] void lose(const std::string& reason);

  std::string place_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<redisContext, Close> context_;
};

}  // namespace tare
