// What can be asked of and done to a kept sandbox from outside: how it is, and remove it.
// Level: experiment. Free functions.
#pragma once

#include <filesystem>
#include <vector>

#include "tools/experiment/sandbox_state.h"

namespace tare {

struct KeptStatus {
  SandboxSetup setup;
  SandboxState state;
  int postgres_pid = 0;  // verified; 0: down
  int redis_pid = 0;

  bool running() const { return postgres_pid != 0 && redis_pid != 0; }
};

// Takes no lock and changes nothing. Throws UsageError: it is not a kept sandbox, or not ours.
KeptStatus kept_sandbox_status(const std::filesystem::path& folder);

// Stops its servers, whether they run or not, and removes what starting made. Gives back files that
// tare did not make and left. Throws UsageError (as above, or another tare uses it), ServerError.
std::vector<std::filesystem::path> remove_kept_sandbox(const std::filesystem::path& folder);

// The path as the servers see it: absolute, links resolved, no slash at the end.
std::filesystem::path sandbox_path(const std::filesystem::path& folder);

SandboxSetup setup_of(const std::filesystem::path& folder, const SandboxState& state,
                      const ServerUser& user);

}  // namespace tare
