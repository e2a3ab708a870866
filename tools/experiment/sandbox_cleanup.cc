#include "tools/experiment/sandbox_cleanup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "bench/model/errors.h"
#include "tools/experiment/sandbox_folder.h"
#include "tools/experiment/sandbox_postgres.h"
#include "tools/experiment/sandbox_redis.h"
#include "tools/experiment/sandbox_shared_memory.h"
#include "tools/experiment/sandbox_state.h"

namespace tare {
namespace {

namespace fs = std::filesystem;

bool has_our_name(const std::string& name) {
  const std::string prefix = "tare-sandbox-";
  return name.size() == prefix.size() + 6 && name.starts_with(prefix) &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()), name.end(),
                     [](unsigned char letter) { return std::isalnum(letter) != 0; });
}

bool may_be_ours(const fs::path& path, const ServerUser& user) {
  struct stat found {};
  return lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
         (found.st_uid == geteuid() || found.st_uid == user.id) && !has_sandbox_state(path);
}

// true: it was a dead session's and is gone.
bool remove_if_dead(const fs::path& path) {
  SandboxFolder folder = SandboxFolder::open(path);  // throws when its maker lives
  struct stat mark {};
  if (lstat(session_mark(path).c_str(), &mark) != 0) {
    // Killed before it made the mark: nothing in it, and rmdir takes nothing else.
    return rmdir(path.c_str()) == 0;
  }
  SandboxSetup setup;
  setup.folder = path;
  kill_server_processes(redis_identity(setup));
  kill_server_processes(postgres_identity(setup));
  remove_shared_memory(setup.postgres_data());
  remove_session_folder(path);
  return true;
}

}  // namespace

std::vector<fs::path> remove_dead_sandboxes(const ServerUser& user) {
  std::vector<fs::path> candidates, removed;
  std::error_code error;
  for (fs::directory_iterator entry(temporary_parent(), error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path path = entry->path();
    if (has_our_name(path.filename().string()) && may_be_ours(path, user)) {
      candidates.push_back(path);
    }
  }
  for (const fs::path& path : candidates) {
    try {
      if (remove_if_dead(path)) removed.push_back(path);
    } catch (const std::exception&) {
      // In use, or not ours to remove: no reason to keep a new sandbox from starting.
    }
  }
  return removed;
}

}  // namespace tare
