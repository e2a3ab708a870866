#include "tools/experiment/sandbox_state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox_files.h"

namespace tare {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kSchemaVersion = 1;

fs::path state_file(const fs::path& folder) {
  return folder / "sandbox.json";
}

const char* origin_text(FolderOrigin origin) {
  return origin == FolderOrigin::made ? "made by tare" : "found empty";
}

SandboxState from_json(const json& file) {
  if (file.at("schema_version") != kSchemaVersion) {
    throw UsageError("it was written by another version of tare");
  }
  SandboxState state;
  state.progress =
      file.at("progress") == "complete" ? SandboxProgress::complete : SandboxProgress::making;
  const json& folder = file.at("folder");
  state.before.origin = folder.at("origin") == origin_text(FolderOrigin::made)
                            ? FolderOrigin::made
                            : FolderOrigin::found_empty;
  state.before.mode = folder.at("mode");
  state.before.user = folder.at("user");
  state.before.group = folder.at("group");
  state.reach = file.at("reach") == "loopback" ? SandboxReach::loopback : SandboxReach::sockets;
  const json& postgres = file.at("postgres");
  state.postgres_version = postgres.at("version");
  state.postgres_bin = postgres.at("bin").get<std::string>();
  state.postgres_port = postgres.at("port");
  state.postgres_pid = postgres.at("pid");
  const json& redis = file.at("redis");
  state.redis_version = redis.at("version");
  state.redis_port = redis.at("port");
  state.redis_pid = redis.at("pid");
  return state;
}

}  // namespace

bool has_sandbox_state(const fs::path& folder) {
  std::error_code error;
  return fs::exists(state_file(folder), error);
}

SandboxState read_sandbox_state(const fs::path& folder) {
  if (!has_sandbox_state(folder)) {
    throw UsageError(fmt::format(
        "{} is not a sandbox that tare keeps; make one with: tare sandbox start --dir '{}'",
        folder.string(), folder.string()));
  }
  try {
    return from_json(json::parse(read_small_file(state_file(folder))));
  } catch (const std::exception& error) {
    throw UsageError(fmt::format("{} cannot be read: {}; remove the folder by hand",
                                 state_file(folder).string(), error.what()));
  }
}

void write_sandbox_state(const fs::path& folder, const SandboxState& state,
                         const ServerUser& user) {
  const json file = {
      {"schema_version", kSchemaVersion},
      {"progress", state.progress == SandboxProgress::complete ? "complete" : "making"},
      {"folder",
       {{"origin", origin_text(state.before.origin)},
        {"mode", state.before.mode},
        {"user", state.before.user},
        {"group", state.before.group}}},
      {"reach", state.reach == SandboxReach::loopback ? "loopback" : "sockets"},
      {"postgres",
       {{"version", state.postgres_version},
        {"bin", state.postgres_bin.string()},
        {"port", state.postgres_port},
        {"pid", state.postgres_pid}}},
      {"redis",
       {{"version", state.redis_version}, {"port", state.redis_port}, {"pid", state.redis_pid}}}};
  write_private_file(state_file(folder), file.dump(2) + "\n", user);
}

}  // namespace tare
