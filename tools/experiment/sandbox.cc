#include "tools/experiment/sandbox.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox_binaries.h"
#include "tools/experiment/sandbox_cleanup.h"
#include "tools/experiment/sandbox_files.h"
#include "tools/experiment/sandbox_folder.h"
#include "tools/experiment/sandbox_kept.h"
#include "tools/experiment/sandbox_ports.h"
#include "tools/experiment/sandbox_postgres.h"
#include "tools/experiment/sandbox_redis.h"
#include "tools/experiment/sandbox_servers.h"
#include "tools/experiment/sandbox_user.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartLimit{60};
constexpr std::chrono::seconds kDataLimit{300};  // with data to recover and to load
constexpr int kSocketPort = 5432;                // names the socket when there is no real port

void set_ports(const SandboxOptions& options, SandboxSetup& setup) {
  setup.reach = options.reach;
  setup.statements = options.statements;
  setup.postgres_port = kSocketPort;
  setup.redis_port = 0;
  if (options.reach == SandboxReach::loopback) {
    const SandboxPorts ports = choose_ports({options.postgres_port, options.redis_port});
    setup.postgres_port = ports.postgres;
    setup.redis_port = ports.redis;
  } else if (options.postgres_port != 0 || options.redis_port != 0) {
    throw UsageError("a port is given, but the sandbox is on Unix sockets only; add --tcp");
  }
}

// The same ports as last time, if they are free and no others are asked for.
void set_ports_again(const SandboxOptions& options, const SandboxState& state,
                     SandboxSetup& setup) {
  if (options.reach == SandboxReach::loopback && state.reach == SandboxReach::loopback &&
      options.postgres_port == 0 && options.redis_port == 0) {
    try {
      SandboxOptions same = options;
      same.postgres_port = state.postgres_port;
      same.redis_port = state.redis_port;
      return set_ports(same, setup);
    } catch (const ServerError&) {  // taken meanwhile
    }
  }
  set_ports(options, setup);
}

void check_version_of_data(const SandboxSetup& setup) {
  const std::string data = postgres_data_version(setup);
  if (data != std::to_string(setup.binaries.postgres_major())) {
    throw UsageError(fmt::format(
        "the data in {} is PostgreSQL {}'s, the programs in {} are {}: name the folder of the "
        "right ones with --postgres-bin",
        setup.folder.string(), data, setup.binaries.postgres_bin.string(),
        setup.binaries.postgres_version));
  }
}

}  // namespace

struct Sandbox::Parts {
  SandboxFolder folder;
  SandboxSetup setup;
  SandboxState state;  // of a kept one
  SandboxServers servers;

  Parts(SandboxFolder locked, SandboxSetup with)
      : folder(std::move(locked)), setup(std::move(with)), servers(setup) {}

  bool kept() const { return setup.lifetime == SandboxLifetime::kept; }

  void write_state() {
    state.postgres_version = setup.binaries.postgres_version;
    state.postgres_bin = setup.binaries.postgres_bin;
    state.redis_version = setup.binaries.redis_version;
    state.reach = setup.reach;
    state.postgres_port = setup.postgres_port;
    state.redis_port = setup.redis_port;
    state.postgres_pid = servers.postgres_pid();
    state.redis_pid = servers.redis_pid();
    write_sandbox_state(setup.folder, state, setup.user);
  }

  void remove() {
    servers.discard(setup);
    if (kept()) {
      remove_known_files(setup.folder, state.before);
    } else {
      remove_session_folder(setup.folder);
    }
    folder.unlock();
  }

  // For destructors and for the way out of a failure, which has an error of its own to report.
  void remove_quietly() noexcept {
    try {
      remove();
    } catch (const std::exception&) {  // the next start removes it
    }
  }

  static std::unique_ptr<Parts> start_session(const SandboxOptions& options, std::stop_token stop);
  static std::unique_ptr<Parts> start_kept(const SandboxOptions& options, std::stop_token stop);
  void start_new(std::stop_token stop);
  void start_again(const SandboxOptions& options, std::stop_token stop);
};

std::unique_ptr<Sandbox::Parts> Sandbox::Parts::start_session(const SandboxOptions& options,
                                                              std::stop_token stop) {
  if (!options.folder.empty()) {
    throw UsageError("a sandbox in a folder of your own is a kept one: tare sandbox start --dir");
  }
  SandboxSetup setup;
  setup.user = server_user();
  setup.binaries =
      find_server_binaries(options.postgres_bin, options.redis_server, setup.user, stop);
  set_ports(options, setup);
  check_sandbox_path(temporary_parent() / "tare-sandbox-XXXXXX", setup.postgres_port);
  remove_dead_sandboxes(setup.user);
  SandboxFolder folder = SandboxFolder::make_temporary(setup.user);
  setup.folder = folder.path();
  auto parts = std::make_unique<Parts>(std::move(folder), setup);
  parts->start_new(stop);
  return parts;
}

// The folder is locked and claimed; whatever goes wrong from here, it is emptied again.
void Sandbox::Parts::start_new(std::stop_token stop) {
  try {
    check_user_enters(setup.user, setup.folder);
    servers.start(setup, kStartLimit, stop);
    state.progress = SandboxProgress::complete;
    if (kept()) write_state();
  } catch (...) {
    remove_quietly();
    throw;
  }
}

std::unique_ptr<Sandbox::Parts> Sandbox::Parts::start_kept(const SandboxOptions& options,
                                                           std::stop_token stop) {
  if (options.folder.empty()) throw UsageError("a kept sandbox needs a folder: --dir DIR");
  const fs::path path = sandbox_path(options.folder);
  const bool known = has_sandbox_state(path);
  SandboxSetup setup;
  setup.folder = path;
  setup.lifetime = SandboxLifetime::kept;
  setup.user = known ? server_user_of(path) : server_user();
  if (!known) {  // before anything is made
    setup.binaries =
        find_server_binaries(options.postgres_bin, options.redis_server, setup.user, stop);
    set_ports(options, setup);
  }
  check_sandbox_path(path, setup.postgres_port);
  auto parts = std::make_unique<Parts>(SandboxFolder::open_or_make(path), setup);
  if (known) {
    parts->start_again(options, stop);
    return parts;
  }
  parts->state.before = parts->folder.before();
  if (parts->state.before.origin == FolderOrigin::found_filled) {
    throw UsageError(fmt::format(
        "{} is not empty and not a sandbox of tare; name a folder that is empty or not there yet",
        path.string()));
  }
  try {
    parts->folder.claim(setup.user);
    parts->write_state();  // from here a start that is killed can be repeated or removed
  } catch (...) {
    parts->remove_quietly();
    throw;
  }
  parts->start_new(stop);
  return parts;
}

void Sandbox::Parts::start_again(const SandboxOptions& options, std::stop_token stop) {
  const KeptStatus status = kept_sandbox_status(setup.folder);
  state = status.state;
  folder.claim(setup.user);
  if (status.running()) {
    setup = status.setup;
    servers.adopt(status.postgres_pid, status.redis_pid);
    return;
  }
  const bool whole = state.progress == SandboxProgress::complete;
  const bool same_programs = options.postgres_bin.empty() && whole;
  setup.binaries = find_server_binaries(same_programs ? state.postgres_bin : options.postgres_bin,
                                        {}, setup.user, stop);
  if (whole) check_version_of_data(setup);
  servers.adopt(status.postgres_pid, status.redis_pid);  // one of them may be left
  servers.stop_cleanly(stop);
  servers.clear_leftovers(setup);
  set_ports_again(options, state, setup);
  check_sandbox_path(setup.folder, setup.postgres_port);
  if (!whole) {
    for (const fs::path& part : {setup.postgres_data(), setup.redis_data()}) fs::remove_all(part);
    return start_new(stop);
  }
  try {
    check_user_enters(setup.user, setup.folder);
    servers.start(setup, kDataLimit, stop);
    write_state();
  } catch (...) {
    servers.discard(setup);  // the processes; the data stays
    throw;
  }
}

Sandbox::Sandbox(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Sandbox::Sandbox(Sandbox&& other) noexcept = default;

Sandbox& Sandbox::operator=(Sandbox&& other) noexcept {
  std::swap(parts_, other.parts_);
  return *this;
}

Sandbox::~Sandbox() {
  if (!parts_) return;
  if (parts_->kept()) {
    parts_->servers.release();
  } else {
    parts_->remove_quietly();
  }
}

Sandbox Sandbox::start(const SandboxOptions& options, std::stop_token stop) {
  if (stop.stop_requested()) throw Interrupted();
  return Sandbox(options.lifetime == SandboxLifetime::kept ? Parts::start_kept(options, stop)
                                                           : Parts::start_session(options, stop));
}

Sandbox Sandbox::attach(const fs::path& folder, std::stop_token stop) {
  kept_sandbox_status(folder);  // refuses what is none
  SandboxFolder locked = SandboxFolder::open(sandbox_path(folder));
  const KeptStatus status = kept_sandbox_status(locked.path());
  if (!status.running()) {
    const char* down = status.postgres_pid == 0 ? "PostgreSQL" : "Redis";
    throw ServerError(
        fmt::format("{} of the sandbox {} is not running; start it with: tare "
                    "sandbox start --dir '{}'",
                    down, locked.path().string(), locked.path().string()));
  }
  locked.claim(status.setup.user);
  auto parts = std::make_unique<Parts>(std::move(locked), status.setup);
  parts->state = status.state;
  // A restart needs the programs; that they are gone is better known now.
  parts->setup.binaries =
      find_server_binaries(status.state.postgres_bin, {}, status.setup.user, stop);
  parts->servers.adopt(status.postgres_pid, status.redis_pid);
  return Sandbox(std::move(parts));
}

PostgresEndpoint Sandbox::postgres() const {
  return postgres_endpoint(parts_->setup);
}
RedisEndpoint Sandbox::redis() const {
  return redis_endpoint(parts_->setup);
}
bool Sandbox::kept() const {
  return parts_->kept();
}

const SandboxSetup& Sandbox::setup() const {
  return parts_->setup;
}
pid_t Sandbox::postgres_pid() const {
  return parts_->servers.postgres_pid();
}
pid_t Sandbox::redis_pid() const {
  return parts_->servers.redis_pid();
}
std::optional<std::string> Sandbox::failure() {
  return parts_->servers.failure();
}

std::string Sandbox::file_system() const {
  return file_system_of(parts_->setup.folder);
}

void Sandbox::restart(std::stop_token stop, RedisData redis_data) {
  const std::stop_token heeded = parts_->kept() ? std::stop_token() : stop;
  parts_->servers.stop_cleanly(heeded);
  parts_->servers.clear_leftovers(parts_->setup);
  if (redis_data == RedisData::emptied) empty_redis_data(parts_->setup);
  parts_->servers.start(parts_->setup, kDataLimit, heeded);
  if (parts_->kept()) parts_->write_state();
  if (stop.stop_requested()) throw Interrupted();
}

void Sandbox::stop() {
  if (!parts_) return;
  parts_->remove();
  parts_.reset();
}

}  // namespace tare
