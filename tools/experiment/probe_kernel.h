// Reads the kernel's own counters: /proc and the cgroup. Level: experiment. No state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tare {

// Lines of "name: number" or "name number", as /proc/meminfo, /proc/vmstat and cpu.stat have them.
std::map<std::string, int64_t> kernel_table(std::string_view text);

struct KernelCounters {
  std::optional<int64_t> steal, processor;  // in clock ticks, of all cores
  std::optional<int64_t> throttled_ns;      // by this cgroup's quota
  std::optional<int64_t> pages_swapped;     // in and out
};
KernelCounters read_kernel_counters();

// The counters in the first line of /proc/stat: steal, and the sum of all kinds of time.
void read_processor_times(std::string_view proc_stat, KernelCounters& counters);

// Of the processor time between the two, the share that the host took away; nullopt: not told.
std::optional<double> steal_share(const KernelCounters& before, const KernelCounters& after);

// Cores' worth of time this process' cgroup may use; nullopt: as much as there is.
std::optional<double> quota_cores();

// "200000 100000" -> 2; "max 100000" -> nullopt.
std::optional<double> parse_quota(const std::string& cpu_max);

}  // namespace tare
