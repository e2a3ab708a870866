// The machine that the load runs on, as a group of the environment.
// Level: experiment. Reads /proc and /sys; no state.
#pragma once

#include <filesystem>

#include "bench/model/environment_groups.h"

namespace tare {

// What Environment::host does not have: frequency, memory and cgroup settings. What the machine
// does not tell is left out. `root` is / but in tests.
EnvironmentGroup read_machine_group(const std::filesystem::path& root = "/");

}  // namespace tare
