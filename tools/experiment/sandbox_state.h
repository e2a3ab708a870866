// sandbox.json: what the next tare must know about a kept sandbox. No secrets in it.
// Level: experiment. Values and free functions.
#pragma once

#include <filesystem>
#include <string>

#include "tools/experiment/sandbox_folder.h"
#include "tools/experiment/sandbox_setup.h"

namespace tare {

enum class SandboxProgress { making, complete };  // making: the data is not there yet

struct SandboxState {
  SandboxProgress progress = SandboxProgress::making;
  FolderBefore before;
  std::string postgres_version;
  std::filesystem::path postgres_bin;
  std::string redis_version;
  SandboxReach reach = SandboxReach::sockets;
  int postgres_port = 0;
  int redis_port = 0;
  int postgres_pid = 0;  // 0: stopped
  int redis_pid = 0;
};

bool has_sandbox_state(const std::filesystem::path& folder);

// Throws UsageError: it is not there (not a kept sandbox), or damaged.
SandboxState read_sandbox_state(const std::filesystem::path& folder);

void write_sandbox_state(const std::filesystem::path& folder, const SandboxState& state,
                         const ServerUser& user);

}  // namespace tare
