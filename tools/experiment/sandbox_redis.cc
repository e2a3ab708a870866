#include "tools/experiment/sandbox_redis.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <signal.h>

#include <cstring>
#include <memory>

#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLogBytes = 1 << 20;  // a longer log is begun anew at the next start

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

std::string password(const SandboxSetup& setup) {
  std::string text = read_small_file(setup.redis_password());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string settings(const SandboxSetup& setup) {
  std::string text = fmt::format(
      "# Written by tare at every start of this sandbox.\n"
      "unixsocket \"{}\"\n"
      "unixsocketperm 700\n"
      "bind 127.0.0.1\n"
      "port {}\n"
      "protected-mode yes\n"
      "daemonize no\n"
      "dir \"{}\"\n"
      "appendonly yes\n"
      "appendfsync everysec\n"
      "save \"\"\n"
      "loglevel notice\n"
      "logfile \"\"\n",
      setup.redis_socket().string(), setup.reach == SandboxReach::loopback ? setup.redis_port : 0,
      setup.redis_data().string());
  if (setup.reach == SandboxReach::loopback) text += "requirepass " + password(setup) + "\n";
  return text;
}

bool answers(const Reply& reply, const char* expected) {
  return reply && reply->type == REDIS_REPLY_STATUS && std::strcmp(reply->str, expected) == 0;
}

}  // namespace

ServerIdentity redis_identity(const SandboxSetup& setup) {
  return {"Redis", "redis-server", setup.redis_data(), setup.redis_log()};
}

void start_redis(const SandboxSetup& setup, ServerProcess& process) {
  if (!fs::exists(setup.redis_data())) make_private_folder(setup.redis_data(), setup.user);
  if (password(setup).empty()) {
    write_private_file(setup.redis_password(), random_password() + "\n", setup.user);
  }
  write_private_file(setup.redis_settings(), settings(setup), setup.user);
  std::error_code none_yet;
  if (fs::file_size(setup.redis_log(), none_yet) > kLogBytes && !none_yet) {
    fs::remove(setup.redis_log());
  }
  ProcessOptions options;
  options.arguments = {setup.binaries.redis_server.string(), setup.redis_settings().string()};
  options.environment = {{"LC_ALL", "C.UTF-8"}};
  options.user = setup.user.drop;
  options.working_folder = setup.folder;
  options.session = ProcessSession::own;
  options.output = ProcessOutput::log_file;
  options.log_file = setup.redis_log();
  if (setup.lifetime == SandboxLifetime::session) options.death_signal = SIGKILL;
  process.start(options);
}

void empty_redis_data(const SandboxSetup& setup) {
  for (const auto& entry : fs::directory_iterator(setup.redis_data())) {
    fs::remove_all(entry.path());
  }
}

bool redis_is_ready(const SandboxSetup& setup) {
  const timeval limit{2, 0};
  const Context context(redisConnectUnixWithTimeout(setup.redis_socket().c_str(), limit));
  if (!context || context->err != 0 || redisSetTimeout(context.get(), limit) != REDIS_OK) {
    return false;
  }
  const RedisEndpoint endpoint = redis_endpoint(setup);
  if (!endpoint.password.empty()) {
    const Reply reply(static_cast<redisReply*>(
        redisCommand(context.get(), "AUTH %s", endpoint.password.c_str())));
    if (!answers(reply, "OK")) return false;
  }
  return answers(Reply(static_cast<redisReply*>(redisCommand(context.get(), "PING"))), "PONG");
}

RedisEndpoint redis_endpoint(const SandboxSetup& setup) {
  RedisEndpoint endpoint;
  endpoint.socket = setup.redis_socket().string();
  if (setup.reach == SandboxReach::loopback) {
    endpoint.host = "127.0.0.1";
    endpoint.port = setup.redis_port;
    endpoint.password = password(setup);
  }
  return endpoint;
}

}  // namespace tare
