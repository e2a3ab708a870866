#include "bench/drivers/redis_control.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "bench/drivers/redis_login.h"

namespace tare {

namespace {

constexpr size_t kCommandsPerBatch = 1'000;
constexpr size_t kBytesPerBatch = 1 << 20;
constexpr int64_t kMaxScanCalls = 1'000'000;  // about a billion keys
constexpr const char* kKeysPerScan = "1000";

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

timeval to_timeval(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
}

void append_command(std::string& bytes, const RedisCommand& arguments) {
  bytes += fmt::format("*{}\r\n", arguments.size());
  for (const std::string& argument : arguments) {
    bytes += fmt::format("${}\r\n", argument.size());
    bytes += argument;
    bytes += "\r\n";
  }
}

RedisValue to_value(const redisReply& reply) {
  using Type = RedisValue::Type;
  RedisValue value;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
      value.type = Type::string;
      break;
    case REDIS_REPLY_STATUS:
      value.type = Type::status;
      break;
    case REDIS_REPLY_ERROR:
      value.type = Type::error;
      break;
    case REDIS_REPLY_INTEGER:
      value.type = Type::integer;
      value.integer = reply.integer;
      return value;
    case REDIS_REPLY_ARRAY:
      value.type = Type::array;
      for (size_t i = 0; i < reply.elements; ++i) {
        value.elements.push_back(to_value(*reply.element[i]));
      }
      return value;
    default:
      return value;
  }
  value.text.assign(reply.str, reply.len);
  return value;
}

std::vector<std::string> texts_of(const RedisValue& array) {
  std::vector<std::string> texts;
  for (const RedisValue& element : array.elements) texts.push_back(element.text);
  return texts;
}

}  // namespace

RedisError::RedisError(const std::string& command, const std::string& message)
    : std::runtime_error(fmt::format("Redis refused {}: {}", command, message)),
      command_(command),
      message_(message) {}

void RedisControl::Close::operator()(redisContext* context) const {
  redisFree(context);
}

RedisControl::RedisControl(const RedisEndpoint& endpoint, std::chrono::milliseconds timeout)
    : place_("Redis at " + public_text(endpoint)), timeout_(timeout) {
  const timeval limit = to_timeval(timeout);
  context_.reset(endpoint.socket.empty()
                     ? redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, limit)
                     : redisConnectUnixWithTimeout(endpoint.socket.c_str(), limit));
  if (!context_ || context_->err != 0 || redisSetTimeout(context_.get(), limit) != REDIS_OK) {
    throw ServerError(redis_connection_failure(
        endpoint, context_ && context_->err != 0 ? context_->errstr : "out of memory"));
  }
  log_in(endpoint);
}

void RedisControl::log_in(const RedisEndpoint& endpoint) {
  try {
    for (const RedisCommand& arguments : login_commands(endpoint)) command(arguments);
    command({"PING"});
  } catch (const RedisError& error) {
    // A user who may log in but not PING is let in; commands say themselves what is not allowed.
    if (error.command() == "PING" && error.message().starts_with("NOPERM")) return;
    throw ServerError(login_failure(endpoint, error.message()));
  }
}

void RedisControl::lose(const std::string& reason) {
  throw ServerError(
      fmt::format("the connection to {} was lost: {}. Look into the server's log, then start again",
                  place_, reason));
}

// Not by hiredis' own buffer: it writes without MSG_NOSIGNAL, so a dead server would end us.
void RedisControl::send(const std::string& bytes) {
  if (context_->err != 0) lose(context_->errstr);
  for (size_t sent = 0; sent < bytes.size();) {
    const ssize_t count =
        ::send(context_->fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += size_t(count);
    } else if (errno == EAGAIN) {
      lose(fmt::format("it took nothing for {} ms", timeout_.count()));
    } else if (errno != EINTR) {
      lose(std::strerror(errno));
    }
  }
}

RedisValue RedisControl::receive() {
  void* reply = nullptr;
  errno = 0;
  if (redisGetReply(context_.get(), &reply) != REDIS_OK) {
    if (context_->err == REDIS_ERR_IO && errno == EAGAIN) {
      lose(fmt::format("no answer for {} ms", timeout_.count()));
    }
    lose(context_->errstr);
  }
  const std::unique_ptr<redisReply, FreeReply> owner(static_cast<redisReply*>(reply));
  return to_value(*owner);
}

RedisValue RedisControl::command(const RedisCommand& arguments) {
  return std::move(pipeline({arguments}).front());
}

std::vector<RedisValue> RedisControl::pipeline(const std::vector<RedisCommand>& commands) {
  std::vector<RedisValue> replies;
  replies.reserve(commands.size());
  std::optional<RedisError> refused;
  std::string bytes;
  for (size_t next = 0; next < commands.size();) {
    const size_t first = next;
    bytes.clear();
    while (next < commands.size() && next - first < kCommandsPerBatch &&
           bytes.size() < kBytesPerBatch) {
      append_command(bytes, commands[next++]);
    }
    send(bytes);
    for (size_t i = first; i < next; ++i) {
      replies.push_back(receive());
      if (replies.back().type == RedisValue::Type::error && !refused) {
        refused.emplace(commands[i].front(), replies.back().text);
      }
    }
  }
  if (refused) throw *refused;
  return replies;
}

std::map<std::string, std::string> RedisControl::info(const std::string& section) {
  return info_fields(command({"INFO", section}).text);
}

std::map<std::string, std::string> info_fields(const std::string& text) {
  std::map<std::string, std::string> fields;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find("\r\n", start), text.size());
    const std::string line = text.substr(start, end - start);
    const size_t colon = line.find(':');
    if (colon != std::string::npos && line[0] != '#') {
      fields[line.substr(0, colon)] = line.substr(colon + 1);
    }
    start = end + 2;
  }
  return fields;
}

std::map<std::string, std::string> RedisControl::config(const std::vector<std::string>& names) {
  std::vector<RedisCommand> commands;
  for (const std::string& name : names) commands.push_back({"CONFIG", "GET", name});
  std::map<std::string, std::string> settings;
  for (const RedisValue& reply : pipeline(commands)) {
    for (size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      settings[reply.elements[i].text] = reply.elements[i + 1].text;
    }
  }
  return settings;
}

void RedisControl::scan(const std::string& pattern,
                        const std::function<void(const std::vector<std::string>&)>& visit,
                        std::stop_token stop) {
  std::string cursor = "0";
  for (int64_t calls = 0; calls < kMaxScanCalls; ++calls) {
    if (stop.stop_requested()) throw Interrupted();
    const RedisValue reply = command({"SCAN", cursor, "MATCH", pattern, "COUNT", kKeysPerScan});
    if (reply.elements.size() != 2) lose("SCAN gave an answer of an unknown form");
    const std::vector<std::string> keys = texts_of(reply.elements[1]);
    if (!keys.empty()) visit(keys);
    cursor = reply.elements[0].text;
    if (cursor == "0") return;
  }
  throw ServerError(
      fmt::format("{}: SCAN did not end within {} calls; are keys added faster than they are read?",
                  place_, kMaxScanCalls));
}

int64_t RedisControl::clear_patterns(const std::vector<std::string>& patterns,
                                     std::stop_token stop) {
  int64_t cleared = 0;
  for (const std::string& pattern : patterns) {
    scan(
        pattern,
        [&](const std::vector<std::string>& keys) {
          RedisCommand unlink = {"UNLINK"};
          unlink.insert(unlink.end(), keys.begin(), keys.end());
          cleared += command(unlink).integer;
        },
        stop);
  }
  return cleared;
}

}  // namespace tare
