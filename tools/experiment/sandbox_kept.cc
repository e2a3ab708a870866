#include "tools/experiment/sandbox_kept.h"

#include "tools/experiment/sandbox_postgres.h"
#include "tools/experiment/sandbox_redis.h"
#include "tools/experiment/sandbox_servers.h"
#include "tools/experiment/sandbox_user.h"

namespace tare {

namespace fs = std::filesystem;

fs::path sandbox_path(const fs::path& folder) {
  fs::path path = fs::weakly_canonical(fs::absolute(folder));
  if (path.filename().empty()) path = path.parent_path();
  return path;
}

SandboxSetup setup_of(const fs::path& folder, const SandboxState& state, const ServerUser& user) {
  SandboxSetup setup;
  setup.folder = folder;
  setup.user = user;
  setup.binaries.postgres_bin = state.postgres_bin;
  setup.binaries.postgres_version = state.postgres_version;
  setup.binaries.redis_version = state.redis_version;
  setup.reach = state.reach;
  setup.lifetime = SandboxLifetime::kept;
  setup.postgres_port = state.postgres_port;
  setup.redis_port = state.redis_port;
  return setup;
}

KeptStatus kept_sandbox_status(const fs::path& folder) {
  const fs::path path = sandbox_path(folder);
  if (fs::exists(path)) server_user_of(path);  // says so when it is another user's
  KeptStatus status;
  status.state = read_sandbox_state(path);
  status.setup = setup_of(path, status.state, server_user_of(path));
  if (is_server_process(status.state.postgres_pid, postgres_identity(status.setup))) {
    status.postgres_pid = status.state.postgres_pid;
  }
  if (is_server_process(status.state.redis_pid, redis_identity(status.setup))) {
    status.redis_pid = status.state.redis_pid;
  }
  return status;
}

std::vector<fs::path> remove_kept_sandbox(const fs::path& folder) {
  kept_sandbox_status(folder);  // refuses what is none before anything is touched
  SandboxFolder locked = SandboxFolder::open(sandbox_path(folder));
  const KeptStatus status = kept_sandbox_status(locked.path());
  locked.claim(status.setup.user);
  SandboxServers servers(status.setup);
  servers.adopt(status.postgres_pid, status.redis_pid);
  servers.discard(status.setup);
  return remove_known_files(locked.path(), status.state.before);
}

}  // namespace tare
