// Finds out what this machine does to measurements: clocks, wake-ups, cores, memory, disk, noise.
// Level: experiment. No state; one thread. What a machine does not tell is left out.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>

#include "tools/compare/doctor_facts.h"

namespace tare {

// Takes about a second: sleeps, reads the clock, and writes and syncs 8 KiB in `data_folder` (into
// a file without a name). Throws Interrupted.
MachineFacts probe_machine(const std::filesystem::path& data_folder, std::stop_token stop);

// Repeats one piece of work (about 5 ms) for `length` on this thread, and sees what the host, the
// cgroup and the swap took meanwhile. `progress` is told how long is left. Throws Interrupted.
void probe_noise(std::chrono::nanoseconds length,
                 const std::function<void(std::chrono::nanoseconds)>& progress,
                 std::stop_token stop, MachineFacts& facts);

}  // namespace tare
