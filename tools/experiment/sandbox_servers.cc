#include "tools/experiment/sandbox_servers.h"

#include <fmt/format.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_postgres.h"
#include "tools/experiment/sandbox_redis.h"

namespace tare {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTurn{10};
constexpr seconds kStopLimit{120};
constexpr seconds kDiscardLimit{8};  // PostgreSQL itself kills its backends after 5 s
constexpr int kTailLines = 12;

void wait_until_ready(const SandboxSetup& setup, SandboxServers& servers, seconds limit,
                      std::stop_token stop) {
  bool postgres_ready = false, redis_ready = false;
  for (const auto deadline = steady_clock::now() + limit; !postgres_ready || !redis_ready;) {
    if (stop.stop_requested()) throw Interrupted();
    if (const auto died = servers.failure()) {
      throw ServerError(fmt::format("the sandbox did not start: {}", *died));
    }
    if (steady_clock::now() >= deadline) {
      const ServerIdentity late = postgres_ready ? redis_identity(setup) : postgres_identity(setup);
      throw ServerError(fmt::format("{} took no requests within {} s; the end of its log:\n{}",
                                    late.title, limit.count(), log_tail(late.log, kTailLines)));
    }
    redis_ready = redis_ready || redis_is_ready(setup);
    postgres_ready = postgres_ready || postgres_is_ready(setup);
    if (!postgres_ready || !redis_ready) std::this_thread::sleep_for(kTurn);
  }
}

}  // namespace

SandboxServers::SandboxServers(const SandboxSetup& setup)
    : postgres_(postgres_identity(setup)), redis_(redis_identity(setup)) {}

void SandboxServers::start(const SandboxSetup& setup, seconds limit, std::stop_token stop) {
  start_redis(setup, redis_);
  if (postgres_data_version(setup).empty()) make_postgres_data(setup, stop);
  start_postgres(setup, postgres_);
  wait_until_ready(setup, *this, limit, stop);
}

void SandboxServers::stop_cleanly(std::stop_token stop) {
  postgres_.send(SIGINT);  // "fast": rolls back what is open, then a checkpoint
  redis_.send(SIGTERM);
  for (ServerProcess* server : {&postgres_, &redis_}) {
    if (server->pid() != 0 && !server->wait(kStopLimit, stop)) {
      throw ServerError(fmt::format("{} (pid {}) did not stop within {} s",
                                    server->identity().title, server->pid(), kStopLimit.count()));
    }
  }
}

void SandboxServers::clear_leftovers(const SandboxSetup& setup) {
  kill_server_processes(redis_identity(setup));
  clear_dead_postgres(setup);
}

void SandboxServers::discard(const SandboxSetup& setup) {
  postgres_.send(SIGQUIT);
  redis_.send(SIGKILL);
  for (ServerProcess* server : {&redis_, &postgres_}) {
    if (server->pid() != 0) server->wait(kDiscardLimit, {});
  }
  clear_leftovers(setup);
  for (ServerProcess* server : {&redis_, &postgres_}) {
    if (server->pid() != 0) server->wait(kDiscardLimit, {});  // reaps what had to be killed
    server->release();
  }
}

bool SandboxServers::adopt(pid_t postgres, pid_t redis) {
  const bool postgres_runs = postgres_.adopt(postgres);
  const bool redis_runs = redis_.adopt(redis);
  return postgres_runs && redis_runs;
}

std::optional<std::string> SandboxServers::failure() {
  if (auto died = postgres_.failure()) return died;
  return redis_.failure();
}

void SandboxServers::release() {
  postgres_.release();
  redis_.release();
}

}  // namespace tare
